import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPythonJson } from './python-json.js';
import { scanPythonJson } from './python-json-scanner.js';

const name = 'Expecting property name enclosed in double quotes';

describe('message and character offset of Python 3.11', () => {
  test.each<[text: string, offset: number, message: string]>([
    ['{', 1, name],
    ['{"a"', 4, "Expecting ':' delimiter"],
    ['{"a":', 5, 'Expecting value'],
    ['{"a":1', 6, "Expecting ',' delimiter"],
    ['{"a":1,}', 7, name],
    ['{"a":1,', 7, name],
    ['[1,]', 3, 'Expecting value'],
    ['[', 1, 'Expecting value'],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ["{'a':1}", 1, name],
    ['{a:1}', 1, name],
    ['{"a":tru}', 5, 'Expecting value'],
    ['{"a":-}', 5, 'Expecting value'],
    ['{"a":01}', 6, "Expecting ',' delimiter"],
    ['{"a":1.}', 6, "Expecting ',' delimiter"],
    ['{"a":"x', 5, 'Unterminated string starting at'],
    ['{"a":"\\', 5, 'Unterminated string starting at'],
    ['{"a":"x\ny"}', 7, 'Invalid control character at'],
    ['{"a":"\u0000"}', 6, 'Invalid control character at'],
    ['{"a":"\\q"}', 6, 'Invalid \\escape'],
    ['{"a":"\\u12"}', 7, 'Invalid \\uXXXX escape'],
    ['"\\u1234', 2, 'Invalid \\uXXXX escape'],
    ['{"a":1} x', 8, 'Extra data'],
    ['{"a":1}\u0000', 7, 'Extra data'],
    ['   ', 3, 'Expecting value'],
    ['', 0, 'Expecting value'],
    ['\u00A01', 0, 'Expecting value'],
    ['\uFEFF{}', 0, 'Unexpected UTF-8 BOM (decode using utf-8-sig)'],
    ['{"😀":"😀"', 8, "Expecting ',' delimiter"],
    ['["😀😀", "\\q"]', 8, 'Invalid \\escape'],
    ['-Infinit', 0, 'Expecting value'],
    [`${'['.repeat(20)}`, 20, 'Expecting value'],
  ])('%j fails at %i', (text, offset, message) => {
    expect(readPythonJson(text)).toEqual({ kind: 'invalid', message, offset });
  });
});

describe('values', () => {
  test.each<[text: string, value: unknown]>([
    ['{"a":NaN}', { a: Number.NaN }],
    ['[Infinity,-Infinity]', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['{"a":1e999}', { a: Number.POSITIVE_INFINITY }],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"a":1,"a":NaN,"a":3}', { a: 3 }],
    [' [7900.0000000000000000, 1.2345678901234567e3] ', [7900, 1234.5678901234567]],
    ['"\\ud83d\\ude00\\ud800"', '\u{1F600}\uD800'],
    ['1'.repeat(4300), Number.POSITIVE_INFINITY],
    [`[-${'1'.repeat(4300)}]`, [Number.NEGATIVE_INFINITY]],
    [`"${'['.repeat(5000)}"`, '['.repeat(5000)],
  ])('%j', (text, value) => {
    expect(readPythonJson(text)).toEqual({ kind: 'value', value });
  });

  // NaN sends the same text through the scanner instead of the built-in parser.
  test.each(['0', 'NaN'])('prototype keys are plain properties (beside %s)', (other) => {
    const reading = readPythonJson(`{"__proto__":{"admin":true},"constructor":{"prototype":1},"x":${other}}`);
    if (reading.kind !== 'value') throw new Error('not read');
    const value = reading.value as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'x']);
    expect(value['admin']).toBeUndefined();
  });
});

describe('text that Python cannot read', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  test.each<[title: string, text: string]>([
    ['21 levels', nested(21)],
    ['21 levels of objects', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`],
    ['50,000 levels', '['.repeat(50_000)],
    ['a broken text that is too deep before it breaks', `${'['.repeat(21)}x`],
    ['an integer of 4,301 digits', '1'.repeat(4301)],
    ['a negative one', `-${'1'.repeat(4301)}`],
  ])('%s', (_title, text) => {
    expect(readPythonJson(text)).toEqual({ kind: 'unreadable' });
  });

  test.each<[title: string, text: string]>([
    ['20 levels', nested(20)],
    ['a long number that is no integer', `${'1'.repeat(4301)}.0`],
    ['many shallow brackets', `[${Array.from({ length: 50 }, () => '[]').join(',')}]`],
  ])('but not on %s', (_title, text) => {
    expect(readPythonJson(text)).toEqual({ kind: 'value', value: JSON.parse(text) });
  });
});

test('the scanner reads the output of JSON.stringify as JSON.parse does', () => {
  const json = fc.oneof(fc.json({ maxDepth: 8 }), fc.json({ maxDepth: 8, stringUnit: 'binary' }));
  fc.assert(
    fc.property(json, (text) => {
      expect(scanPythonJson(text)).toEqual(JSON.parse(text));
    }),
    { seed: 422, numRuns: 2000 },
  );
});

test('the scanner and JSON.parse reject the same texts', () => {
  const batch = fc.constantFrom(...'{}[]:,"\\u019.-+eE tfn\n\u0000é😀', 'true', 'null', '"a"', '"a":', '\\ud800');
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
      const text = batches.join('');
      expect(readPythonJson(text).kind === 'value').toBe(parses(text));
    }),
    { seed: 422, numRuns: 5000 },
  );
});

test('a long invalid text is read in one pass', () => {
  const started = performance.now();
  for (const text of [`"${'\\u0041'.repeat(200_000)}`, `[${'1,'.repeat(200_000)}`, `${' '.repeat(400_000)}x`]) {
    expect(readPythonJson(text).kind).toBe('invalid');
  }
  expect(performance.now() - started).toBeLessThan(3000);
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
