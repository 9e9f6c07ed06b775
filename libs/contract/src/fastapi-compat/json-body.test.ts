import { describe, expect, test } from '@jest/globals';
import { MAX_BODY_BYTES, type RawBody, readJsonBody } from './json-body.js';

const json = 'application/json';
const utf8 = (text: string) => new TextEncoder().encode(text);
const body = (text: string, contentType: string | undefined = json): RawBody => ({ contentType, bytes: utf8(text) });
const read = (text: string, contentType?: string) => readJsonBody(body(text, contentType));

const rejected = (status: number, detail: unknown) => ({ ok: false, problem: { status, body: { detail } } });
const missing = rejected(422, [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
const unparsable = rejected(400, 'There was an error parsing the body');
const tooLarge = rejected(413, 'Request body too large');
const invalid = (offset: number, error: string) =>
  rejected(422, [{ type: 'json_invalid', loc: ['body', offset], msg: 'JSON decode error', input: {}, ctx: { error } }]);
const undeclared = (input: string) =>
  rejected(422, [
    {
      type: 'model_attributes_type',
      loc: ['body'],
      msg: 'Input should be a valid dictionary or object to extract fields from',
      input,
    },
  ]);

describe('a valid body', () => {
  test.each([
    json,
    'application/json; charset=utf-8',
    'Application/JSON ; charset=latin1',
    'application/vnd.api+json',
    'application/+json',
    ' application/json',
  ])('as %j', (contentType) => {
    expect(read('{"a":"é"}', contentType)).toEqual({ ok: true, value: { a: 'é' } });
  });

  test.each<[text: string, value: unknown]>([
    ['[]', []],
    ['0', 0],
    ['false', false],
    ['""', ''],
    [' {} ', {}],
    ['NaN', Number.NaN],
  ])('%j', (text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
  });

  test('a view into a larger buffer', () => {
    const bytes = utf8('xx{"a":1}xx').subarray(2, 9);
    expect(readJsonBody({ contentType: json, bytes })).toEqual({ ok: true, value: { a: 1 } });
  });

  test('without a content type only when that is allowed', () => {
    const raw = { contentType: undefined, bytes: utf8('{}') };
    expect(readJsonBody({ ...raw, strictContentType: false })).toEqual({ ok: true, value: {} });
    expect(readJsonBody(raw)).toEqual(undeclared('{}'));
  });

  test('exactly 16,384 bytes', () => {
    expect(read(`"${'x'.repeat(MAX_BODY_BYTES - 2)}"`)).toEqual({ ok: true, value: 'x'.repeat(MAX_BODY_BYTES - 2) });
  });
});

describe('an invalid body', () => {
  test.each<[title: string, raw: RawBody, expected: unknown]>([
    ['nothing', body(''), missing],
    ['nothing, of another type', body('', 'text/plain'), missing],
    ['nothing, of no type', { contentType: undefined, bytes: utf8('') }, missing],
    ['null', body(' null '), missing],
    ['text', body('{"a":1}', 'text/plain'), undeclared('{"a":1}')],
    ['a form', body('order_id=1', 'application/x-www-form-urlencoded'), undeclared('order_id=1')],
    ['another JSON type', body('{}', 'text/json'), undeclared('{}')],
    ['two content types', body('{}', 'application/json, text/plain'), undeclared('{}')],
    ['a malformed content type', body('{}', 'application/json/x'), undeclared('{}')],
    ['null that is text', body('null', 'text/plain'), undeclared('null')],
    ['a long text, cut', body('x'.repeat(400), 'text/plain'), undeclared('x'.repeat(256))],
    ['bad JSON', body('{"é😀":tru}'), invalid(6, 'Expecting value')],
    ['white space', body('  \n'), invalid(3, 'Expecting value')],
    ['a byte order mark', body('\uFEFF{}'), invalid(0, 'Unexpected UTF-8 BOM (decode using utf-8-sig)')],
    ['UTF-16', { contentType: json, bytes: Buffer.from('{}', 'utf16le') }, invalid(1, 'Expecting property name enclosed in double quotes')],
    ['NUL', body('\u0000'), invalid(0, 'Expecting value')],
    ['bytes that are not UTF-8', { contentType: json, bytes: Uint8Array.of(0x22, 0xff, 0x22) }, unparsable],
    ['a surrogate encoded in UTF-8', { contentType: json, bytes: Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22) }, unparsable],
    ['a truncated character', { contentType: json, bytes: Uint8Array.of(0x22, 0xf0, 0x9f) }, unparsable],
    ['such bytes of another type', { contentType: 'text/plain', bytes: Uint8Array.of(0xff) }, unparsable],
    ['deep nesting', body('['.repeat(3000)), unparsable],
    ['deep nesting that closes', body('['.repeat(8192) + ']'.repeat(8192)), unparsable],
    ['an integer of 5,000 digits', body('1'.repeat(5000)), unparsable],
    ['16,385 bytes', body(`"${'x'.repeat(MAX_BODY_BYTES - 1)}"`), tooLarge],
    ['50,000 levels', body('['.repeat(50_000)), tooLarge],
    ['16,385 bytes that are not UTF-8', { contentType: json, bytes: new Uint8Array(MAX_BODY_BYTES + 1).fill(0xff) }, tooLarge],
  ])('%s', (_title, raw, expected) => {
    expect(readJsonBody(raw)).toEqual(expected);
    expect(JSON.stringify(readJsonBody(raw))).toBe(JSON.stringify(expected));
  });
});
