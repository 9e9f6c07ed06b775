import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ECHO_CHARACTERS, ECHO_DEPTH, ECHO_VALUES, safeEcho, safeLocation } from './echo.js';

/** A lone surrogate as JSON.stringify writes it. Two backslashes before `ud…` are plain text. */
const escapedSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

describe('safeEcho', () => {
  test.each<[title: string, input: unknown, echoed: unknown]>([
    ['JSON as it came', { a: [1, 'x', true, null, {}] }, { a: [1, 'x', true, null, {}] }],
    ['256 characters whole', 'x'.repeat(256), 'x'.repeat(256)],
    ['257 characters cut', 'x'.repeat(257), 'x'.repeat(256)],
    ['characters counted, not units', '😀'.repeat(256), '😀'.repeat(256)],
    ['astral text cut between characters', `x${'😀'.repeat(300)}`, `x${'😀'.repeat(255)}`],
    ['long keys cut', { ['k'.repeat(300)]: 1 }, { ['k'.repeat(256)]: 1 }],
    ['lone surrogates replaced', { '\uD800': 'a\uDC00b' }, { '\uFFFD': 'a\uFFFDb' }],
    ['NaN and infinities null', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], [null, null, null]],
    ['undefined null', undefined, null],
    ['what JSON has not, null', [1n, () => 1], [null, null]],
    ['long lists cut', Array.from({ length: 9000 }, () => 1), Array.from({ length: ECHO_VALUES }, () => 1)],
  ])('%s', (_title, input, echoed) => {
    expect(safeEcho(input)).toEqual(echoed);
  });

  test('a __proto__ key stays a plain property', () => {
    const echoed = safeEcho(JSON.parse('{"__proto__":{"admin":true}}')) as object;
    expect(Object.getPrototypeOf(echoed)).toBe(Object.prototype);
    expect(JSON.stringify(echoed)).toBe('{"__proto__":{"admin":true}}');
  });

  test('values nested too deep become null', () => {
    const deep: unknown = JSON.parse('['.repeat(5000) + ']'.repeat(5000));
    expect(JSON.stringify(safeEcho(deep))).toBe(`${'['.repeat(ECHO_DEPTH)}null${']'.repeat(ECHO_DEPTH)}`);
  });

  test('the result is always limited, well-formed JSON', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, stringUnit: 'binary' }), (input) => {
        const text = JSON.stringify(safeEcho(input));
        expect(text).not.toMatch(escapedSurrogate);
        expect(text.length).toBeLessThan(ECHO_VALUES * ECHO_CHARACTERS * 6);
      }),
      { seed: 422 },
    );
  });
});

test('safeLocation keeps indexes and makes keys safe', () => {
  expect(safeLocation(['body', 3, '\uD800', 'k'.repeat(300)])).toEqual(['body', 3, '\uFFFD', 'k'.repeat(256)]);
});
