import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { pydanticInteger } from './pydantic-integer.js';
import { readModel } from './read-model.js';

// Every row was checked against pydantic 2.13.
test.each([
  ['10', 10],
  [' 10', 10],
  ['\t10\n', 10],
  ['\u00a010\u2003', 10],
  ['+5', 5],
  ['-5', -5],
  ['-0', -0],
  ['007', 7],
  ['1_000', 1_000],
  ['1.0', 1],
  ['1_0.00', 10],
])('%j is %d', (text, value) => {
  expect(readModel(pydanticInteger, text, 'query')).toEqual({ ok: true, value });
});

test.each(['', ' ', '1e2', '1.', '.0', '1.5', '1.0_0', '1__0', '_1', '1_', '+_1', '+ 5', '++5', '1 0', '1,000', '0x10', 'NaN', 'inf', '\u0661'])('%j is no integer', (text) => {
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  expect(readModel(pydanticInteger, text, 'query')).toMatchObject({ problem: { status: 422, body: { detail: [{ type: 'int_parsing', msg }] } } });
});

test.each(['9007199254740992', '99999999999999999999', '9'.repeat(4_299)])('an integer of any size is above the limit of its field: %#', (text) => {
  const limited = (value: string) => readModel(pydanticInteger.pipe(z.number().int().min(1).max(200)), value, 'query');
  expect(limited(text)).toMatchObject({ problem: { body: { detail: [{ type: 'less_than_equal', msg: 'Input should be less than or equal to 200', ctx: { le: 200 } }] } } });
  expect(limited(`-${text}`)).toMatchObject({ problem: { body: { detail: [{ type: 'greater_than_equal', msg: 'Input should be greater than or equal to 1', ctx: { ge: 1 } }] } } });
});

test('4,301 digits are too many', () => {
  const msg = 'Unable to parse input string as an integer, exceeded maximum size';
  expect(readModel(pydanticInteger, '9'.repeat(4_301), 'query')).toMatchObject({ problem: { body: { detail: [{ type: 'int_parsing_size', msg }] } } });
});

test('a repeated parameter is no integer', () => {
  expect(readModel(pydanticInteger, ['1', '2'], 'query')).toMatchObject({ problem: { body: { detail: [{ type: 'int_type', msg: 'Input should be a valid integer' }] } } });
});
