import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_BODY_BYTES } from '../fastapi-compat/json-body.js';
import type { ValidationDetail } from '../fastapi-compat/problem.js';
import { readResetRequest } from './read-reset-request.js';

/** A lone surrogate as JSON.stringify writes it. Two backslashes before `ud…` are plain text. */
const escapedSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

const dest = ['X-Dest-Tenant-Name', 'Carrier'];
const reset = (body: string, rawHeaders = dest, tenantNameRequired = false) =>
  readResetRequest({ rawHeaders, contentType: 'application/json', bytes: new TextEncoder().encode(body), tenantNameRequired });

const rejected = (status: number, detail: ValidationDetail[] | string) => ({ ok: false, problem: { status, body: { detail } } });
const missing = (loc: string[], input: unknown) => ({ type: 'missing', loc, msg: 'Field required', input });
const noHeader = missing(['header', 'X-Dest-Tenant-Name'], null);
const notAModel = (loc: string[], input: unknown) => ({
  type: 'model_attributes_type',
  loc,
  msg: 'Input should be a valid dictionary or object to extract fields from',
  input,
});
const neither = (loc: string[], input: unknown) => ({
  type: 'value_error',
  loc,
  msg: 'Value error, either order_id or order_number is required',
  input,
  ctx: { error: {} },
});
const notText = (loc: string[], input: unknown) => ({ type: 'string_type', loc, msg: 'Input should be a valid string', input });
const badJson = (offset: number, error: string) => [
  { type: 'json_invalid', loc: ['body', offset], msg: 'JSON decode error', input: {}, ctx: { error } },
];

describe('a valid request', () => {
  test.each<[body: string, order: object]>([
    ['{"order":{"order_number":"123"}}', { order_number: '123' }],
    ['{"order":{"order_id":"a","order_number":null},"reason":"x"}', { order_id: 'a' }],
    ['{"order_number":"123"}', { order_number: '123' }],
    ['{"order_id":"a","order_number":"123"}', { order_id: 'a', order_number: '123' }],
    ['{"order":{"order_id":"a"},"order_id":"b"}', { order_id: 'a' }],
    ['{"order":1,"order":{"order_id":"a"}}', { order_id: 'a' }],
    ['{"order":{"order_id":"a","weight":NaN}}', { order_id: 'a' }],
    [`{"order":{"order_id":"a"},"note":"${'x'.repeat(MAX_BODY_BYTES - 37)}"}`, { order_id: 'a' }],
  ])('%s', (body, order) => {
    expect(reset(body)).toEqual({ ok: true, value: { headers: { destTenantName: 'Carrier' }, order } });
  });
});

describe('an invalid request', () => {
  test.each<[title: string, body: string, detail: ValidationDetail[]]>([
    ['no order', '{}', [missing(['body', 'order'], {})]],
    ['no order, but other keys', '{"zzz":1}', [missing(['body', 'order'], { zzz: 1 })]],
    ['an order that is null', '{"order":null,"order_id":"a"}', [notAModel(['body', 'order'], null)]],
    ['an order that is a list', '{"order":[]}', [notAModel(['body', 'order'], [])]],
    ['an order that is text', '{"order":"123"}', [notAModel(['body', 'order'], '123')]],
    ['an order that is NaN', '{"order":NaN}', [notAModel(['body', 'order'], null)]],
    ['an empty order', '{"order":{}}', [neither(['body', 'order'], {})]],
    ['blank names', '{"order":{"order_id":"","order_number":" "}}', [neither(['body', 'order'], { order_id: '', order_number: ' ' })]],
    ['a number for a name', '{"order":{"order_id":1}}', [notText(['body', 'order', 'order_id'], 1)]],
    ['an infinite number', '{"order":{"order_id":1e999}}', [notText(['body', 'order', 'order_id'], null)]],
    ['a flat body with blanks', '{"order_number":""}', [neither(['body'], { order_number: '' })]],
    ['a flat body with a number', '{"order_number":1}', [notText(['body', 'order_number'], 1)]],
    ['a list', '[{"order_id":"a"}]', [notAModel(['body'], [{ order_id: 'a' }])]],
    ['text', '"x"', [notAModel(['body'], 'x')]],
    ['a number', '0', [notAModel(['body'], 0)]],
    ['null', 'null', [missing(['body'], null)]],
    ['nothing', '', [missing(['body'], null)]],
    ['a prototype', '{"__proto__":{"order":{"order_id":"a"}}}', [missing(['body', 'order'], JSON.parse('{"__proto__":{"order":{"order_id":"a"}}}'))]],
  ])('%s', (_title, body, detail) => {
    expect(reset(body)).toEqual(rejected(422, detail));
    expect(JSON.stringify(reset(body))).toBe(JSON.stringify(rejected(422, detail)));
    expect(reset(body, [])).toEqual(rejected(422, [noHeader, ...detail]));
  });

  test.each<[title: string, body: string, status: number, detail: ValidationDetail[] | string]>([
    ['bad JSON', '{"order":', 422, badJson(9, 'Expecting value')],
    ['deep nesting', '{"order":'.repeat(1700), 400, 'There was an error parsing the body'],
    ['too large', 'x'.repeat(MAX_BODY_BYTES + 1), 413, 'Request body too large'],
  ])('%s, alone though a header is missing too', (_title, body, status, detail) => {
    expect(reset(body, [])).toEqual(rejected(status, detail));
  });

  test('the tenant name, when a token calls', () => {
    expect(reset('{"order":{"order_id":"a"}}', dest, true)).toEqual(rejected(422, [missing(['header', 'X-Tenant-Name'], null)]));
  });
});

describe('any input', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const longText = fc.string({ unit: fc.constantFrom('😀', '\uD800', 'x'), minLength: 100, maxLength: 300 });
  const name = fc.oneof(fc.constantFrom(null, '', ' ', 'a'), text, longText, fc.string({ maxLength: 130 }), fc.jsonValue());
  const order = fc.record({ order_id: name, order_number: name }, { requiredKeys: [] });
  const shape = fc.oneof(order, fc.record({ order }), fc.record({ order: fc.jsonValue() }));
  const soup = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ue1\n é😀', '"order"', '"order_id"', 'NaN') });
  const body = fc.oneof(
    { weight: 4, arbitrary: shape.map((value) => Buffer.from(JSON.stringify(value))) },
    fc.oneof(fc.json(), soup).map((json) => Buffer.from(json)),
    fc.uint8Array({ maxLength: 40 }),
  );
  const contentType = fc.oneof({ weight: 8, arbitrary: fc.constant('application/json') }, fc.option(fc.string(), { nil: undefined }));
  const header = fc.tuple(
    fc.constantFrom('X-Tenant-Name', 'x-dest-tenant-name', 'X-Origin-Instance-Name', 'Host'),
    fc.string({ unit: 'binary', minLength: 1 }),
  );
  const pairs = fc.array(header, { maxLength: 5 }).map((headers) => headers.flat());
  const rawHeaders = fc.oneof({ weight: 4, arbitrary: fc.constant(dest) }, pairs, fc.array(fc.string()));

  test('gives a short, printable order or a well-formed problem', () => {
    let taken = 0;
    fc.assert(
      fc.property(body, contentType, rawHeaders, fc.boolean(), (bytes, type, headers, tenantNameRequired) => {
        const read = readResetRequest({ rawHeaders: headers, contentType: type, bytes, tenantNameRequired });
        if (read.ok) taken += 1;
        const texts = read.ok ? [...Object.values(read.value.order), ...Object.values(read.value.headers)] : [];
        expect(texts.filter((value) => !isPrintable(value))).toEqual([]);
        if (read.ok) expect(Object.keys(read.value.order).length).toBeGreaterThan(0);
        else expectRejection(read.problem);
      }),
      { seed: 422, numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  function isPrintable(value: string): boolean {
    return value.trim() !== '' && Array.from(value).length <= 128 && !/[\p{Cc}\p{Cs}]/u.test(value);
  }

  function expectRejection({ status, body: { detail } }: { status: number; body: { detail: ValidationDetail[] | string } }): void {
    if (typeof detail === 'string') return expect([400, 413]).toContain(status);
    expect(status).toBe(422);
    expect(detail.length).toBeGreaterThan(0);
    for (const entry of detail) expect(Object.keys(entry).join()).toMatch(/^type,loc,msg,input(,ctx)?$/);
    expect(JSON.stringify(detail)).not.toMatch(escapedSurrogate);
  }
});
