import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { pydanticDatetime } from './pydantic-datetime.js';
import type { ValidationDetail } from './problem.js';
import { type InputSource, MAX_DETAILS, readModel } from './read-model.js';

const rejected = (...detail: ValidationDetail[]) => ({ ok: false, problem: { status: 422, body: { detail } } });
const integer = 'Input should be a valid integer';
const ruled = z
  .object({ a: z.string().max(2).optional(), b: z.string().optional() })
  .refine((ids) => ids.a ?? ids.b, { error: 'either a or b is required' });
const rule = (loc: string[], input: unknown): ValidationDetail => ({
  type: 'value_error',
  loc,
  msg: 'Value error, either a or b is required',
  input,
  ctx: { error: {} },
});

describe('an invalid field has the error of pydantic', () => {
  const rows: [type: string, schema: z.ZodType, value: unknown, msg: string, ctx?: Record<string, unknown>][] = [
    ['string_type', z.string(), 1, 'Input should be a valid string'],
    ['string_type', z.string(), null, 'Input should be a valid string'],
    ['string_type', z.string(), true, 'Input should be a valid string'],
    ['string_type', z.string(), ['x'], 'Input should be a valid string'],
    ['string_type', z.string().nullish(), { x: 1 }, 'Input should be a valid string'],
    ['string_too_long', z.string().max(10), 'x'.repeat(11), 'String should have at most 10 characters', { max_length: 10 }],
    ['string_too_long', z.string().max(1), 'xx', 'String should have at most 1 character', { max_length: 1 }],
    ['string_too_short', z.string().min(2), 'x', 'String should have at least 2 characters', { min_length: 2 }],
    ['string_too_short', z.string().length(1), '', 'String should have at least 1 character', { min_length: 1 }],
    ['string_pattern_mismatch', z.string().regex(/^[a-z]+$/), 'A', "String should match pattern '^[a-z]+$'", { pattern: '^[a-z]+$' }],
    ['string_pattern_mismatch', z.string().regex(/^\/$/iu), 'A', "String should match pattern '^\\/$'", { pattern: '^\\/$' }],
    ['int_parsing', z.int(), 'zz', `${integer}, unable to parse string as an integer`],
    ['int_parsing', z.number().int(), '1.5', `${integer}, unable to parse string as an integer`],
    ['int_parsing', z.coerce.number().int(), 'zz', `${integer}, unable to parse string as an integer`],
    ['int_from_float', z.int(), 1.5, `${integer}, got a number with a fractional part`],
    ['int_type', z.int(), [], integer],
    ['int_type', z.int(), null, integer],
    ['finite_number', z.int(), Number.NaN, 'Input should be a finite number'],
    ['finite_number', z.number(), Number.POSITIVE_INFINITY, 'Input should be a finite number'],
    ['float_parsing', z.number(), 'x', 'Input should be a valid number, unable to parse string as a number'],
    ['float_type', z.number(), [], 'Input should be a valid number'],
    ['float_type', z.number(), null, 'Input should be a valid number'],
    ['bool_parsing', z.boolean(), 'x', 'Input should be a valid boolean, unable to interpret input'],
    ['bool_parsing', z.stringbool(), 'maybe', 'Input should be a valid boolean, unable to interpret input'],
    ['bool_parsing', z.boolean(), 2, 'Input should be a valid boolean, unable to interpret input'],
    ['bool_type', z.boolean(), 1, 'Input should be a valid boolean'],
    ['bool_type', z.boolean(), 1.5, 'Input should be a valid boolean'],
    ['bool_type', z.boolean(), [], 'Input should be a valid boolean'],
    ['bool_type', z.stringbool(), null, 'Input should be a valid boolean'],
    ['literal_error', z.enum(['a', 'b']), 'x', "Input should be 'a' or 'b'", { expected: "'a' or 'b'" }],
    ['literal_error', z.literal(['a', 'b', 1]), null, "Input should be 'a', 'b' or 1", { expected: "'a', 'b' or 1" }],
    ['literal_error', z.literal(["it's", true, null]), 'x', 'Input should be "it\'s", True or None', { expected: '"it\'s", True or None' }],
    ['list_type', z.array(z.string()), 'x', 'Input should be a valid list'],
    ['list_type', z.array(z.string()), {}, 'Input should be a valid list'],
    ['too_long', z.array(z.int()).max(1), [1, 2], 'List should have at most 1 item after validation, not 2', { field_type: 'List', max_length: 1, actual_length: 2 }],
    ['too_short', z.array(z.int()).min(2), [1], 'List should have at least 2 items after validation, not 1', { field_type: 'List', min_length: 2, actual_length: 1 }],
    ['dict_type', z.record(z.string(), z.int()), 'x', 'Input should be a valid dictionary'],
    ['dict_type', z.record(z.string(), z.int()), [], 'Input should be a valid dictionary'],
    ['model_attributes_type', z.object({}), 'x', 'Input should be a valid dictionary or object to extract fields from'],
    ['model_attributes_type', ruled, null, 'Input should be a valid dictionary or object to extract fields from'],
    ['model_attributes_type', z.object({}), [], 'Input should be a valid dictionary or object to extract fields from'],
    ['greater_than_equal', z.int().min(1), 0, 'Input should be greater than or equal to 1', { ge: 1 }],
    ['less_than_equal', z.int().max(5), 6, 'Input should be less than or equal to 5', { le: 5 }],
    ['greater_than', z.number().gt(0), 0, 'Input should be greater than 0', { gt: 0 }],
    ['less_than', z.number().lt(5), 5, 'Input should be less than 5', { lt: 5 }],
    ['multiple_of', z.number().multipleOf(0.5), 1.2, 'Input should be a multiple of 0.5', { multiple_of: 0.5 }],
    ['datetime_type', pydanticDatetime, [], 'Input should be a valid datetime'],
    ['datetime_type', pydanticDatetime.optional(), true, 'Input should be a valid datetime'],
    ['datetime_from_date_parsing', pydanticDatetime, 'x', 'Input should be a valid datetime or date, input is too short', { error: 'input is too short' }],
    ['uuid_type', z.uuid(), 1, 'UUID input should be a string, bytes or UUID object'],
    ['uuid_parsing', z.uuid(), 'nope', 'Input should be a valid UUID, invalid character: found `n` at 1', { error: 'invalid character: found `n` at 1' }],
    ['none_required', z.null(), 1, 'Input should be None'],
    ['value_error', z.string().refine(() => false, 'must be so'), 'x', 'Value error, must be so', { error: {} }],
    ['string_too_long', z.string().max(1).refine(() => false), 'xx', 'String should have at most 1 character', { max_length: 1 }],
    ['int_parsing', z.preprocess((value) => value, z.int()), 'zz', `${integer}, unable to parse string as an integer`],
    ['int_parsing', z.int().default(3).transform(String), 'zz', `${integer}, unable to parse string as an integer`],
  ];

  const cases = rows.map(([type, schema, value, msg, ctx]) => ({ type, schema, value, msg, ctx }));

  test.each(cases)('$type for $value', ({ type, schema, value, msg, ctx }) => {
    const input = typeof value === 'number' && !Number.isFinite(value) ? null : value;
    const expected = rejected({ type, loc: ['body', 'field'], msg, input, ...(ctx === undefined ? {} : { ctx }) });
    const read = readModel(z.object({ field: schema }), { field: value }, 'body');
    expect(read).toEqual(expected);
    expect(JSON.stringify(read)).toBe(JSON.stringify(expected));
  });
});

describe('an invalid input has the entries of pydantic', () => {
  const notText = (loc: (string | number)[], input: unknown) => ({ type: 'string_type', loc, msg: 'Input should be a valid string', input });
  const required = (loc: (string | number)[], input: unknown) => ({ type: 'missing', loc, msg: 'Field required', input });
  const limit = z.object({ limit: z.coerce.number().int().min(1).max(5) });

  test.each<[title: string, schema: z.ZodType, input: unknown, source: InputSource, details: ValidationDetail[]]>([
    ['a missing field echoes the whole body', z.object({ a: z.string(), b: z.int() }), { b: 1 }, 'body', [required(['body', 'a'], { b: 1 })]],
    ['a missing enum is missing', z.object({ a: z.enum(['x']) }), {}, 'body', [required(['body', 'a'], {})]],
    ['a missing nested field echoes its owner', z.object({ n: z.object({ a: z.string() }) }), { n: { z: 1 } }, 'body', [required(['body', 'n', 'a'], { z: 1 })]],
    ['an inherited property is not there', z.object({ toString: z.string() }), {}, 'body', [required(['body', 'toString'], {})]],
    ['a missing date and time is missing', z.object({ at: pydanticDatetime }), { other: 'x' }, 'body', [required(['body', 'at'], { other: 'x' })]],
    ['a missing parameter echoes null', limit, { other: 'x' }, 'query', [required(['query', 'limit'], null)]],
    ['no input at all', z.object({}), undefined, 'body', [required(['body'], null)]],
    ['the body itself of a wrong type', z.object({}), 'x', 'body', [{ type: 'model_attributes_type', loc: ['body'], msg: 'Input should be a valid dictionary or object to extract fields from', input: 'x' }]],
    ['a query parameter echoes its text', limit, { limit: '0' }, 'query', [{ type: 'greater_than_equal', loc: ['query', 'limit'], msg: 'Input should be greater than or equal to 1', input: '0', ctx: { ge: 1 } }]],
    ['a path parameter', z.object({ i: z.coerce.number().int() }), { i: 'x' }, 'path', [{ type: 'int_parsing', loc: ['path', 'i'], msg: `${integer}, unable to parse string as an integer`, input: 'x' }]],
    ['an item of a list', z.object({ lst: z.array(z.string()) }), { lst: ['x', 1] }, 'body', [notText(['body', 'lst', 1], 1)]],
    ['an entry of a dictionary', z.object({ d: z.record(z.string(), z.string()) }), { d: { q: 1 } }, 'body', [notText(['body', 'd', 'q'], 1)]],
    ['a key of a dictionary', z.object({ d: z.record(z.string().max(2), z.int()) }), { d: { abc: 1 } }, 'body', [{ type: 'string_too_long', loc: ['body', 'd', 'abc', '[key]'], msg: 'String should have at most 2 characters', input: 'abc', ctx: { max_length: 2 } }]],
    ['fields first, then each extra', z.strictObject({ s: z.string() }), { zzz: 1, s: 1, yyy: 2 }, 'body', [
      notText(['body', 's'], 1),
      { type: 'extra_forbidden', loc: ['body', 'zzz'], msg: 'Extra inputs are not permitted', input: 1 },
      { type: 'extra_forbidden', loc: ['body', 'yyy'], msg: 'Extra inputs are not permitted', input: 2 },
    ]],
    ['a rule of the model', ruled, { x: 1 }, 'body', [rule(['body'], { x: 1 })]],
    ['a rule waits for the fields', z.strictObject({ a: z.string().optional() }).refine(() => false), { z: 1 }, 'body', [
      { type: 'extra_forbidden', loc: ['body', 'z'], msg: 'Extra inputs are not permitted', input: 1 },
    ]],
    ['a rule waits for lengths too', ruled.refine(() => false), { a: 'xxx' }, 'body', [
      { type: 'string_too_long', loc: ['body', 'a'], msg: 'String should have at most 2 characters', input: 'xxx', ctx: { max_length: 2 } },
    ]],
    ['a nested rule does not wait for its neighbours', z.object({ s: z.string(), n: ruled }), { s: 1, n: {} }, 'body', [
      notText(['body', 's'], 1),
      rule(['body', 'n'], {}),
    ]],
    ['only the first thing wrong at a place', z.object({ s: z.string().max(1).regex(/^a$/) }), { s: 'xx' }, 'body', [
      { type: 'string_too_long', loc: ['body', 's'], msg: 'String should have at most 1 character', input: 'xx', ctx: { max_length: 1 } },
    ]],
  ])('%s', (_title, schema, input, source, details) => {
    const read = readModel(schema, input, source);
    expect(read).toEqual(rejected(...details));
    expect(JSON.stringify(read)).toBe(JSON.stringify(rejected(...details)));
  });

  test('an input with thousands of invalid items gives one hundred entries', () => {
    const bad = Array.from({ length: 8000 }, () => 1);
    const read = readModel(z.object({ lst: z.array(z.string()) }), { lst: bad }, 'body');
    expect(read.ok ? [] : read.problem.body.detail).toHaveLength(MAX_DETAILS);
  });

  test('extra keys are ignored by a plain object, and the value is the output of the schema', () => {
    expect(readModel(limit, { limit: '5', zzz: 1 }, 'query')).toEqual({ ok: true, value: { limit: 5 } });
  });
});
