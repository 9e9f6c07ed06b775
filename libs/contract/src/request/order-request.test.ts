import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { orderRequest } from './order-request.js';
import { PRINTABLE } from './printable-text.js';
import type { ValidationDetail } from '../fastapi-compat/problem.js';
import { readModel } from '../fastapi-compat/read-model.js';

const read = (input: unknown) => readModel(orderRequest, input, 'body');
const rejected = (...detail: ValidationDetail[]) => ({ ok: false, problem: { status: 422, body: { detail } } });
const neither = (input: unknown): ValidationDetail => ({
  type: 'value_error',
  loc: ['body'],
  msg: 'Value error, either order_id or order_number is required',
  input,
  ctx: { error: {} },
});
const notText = (field: string, input: unknown): ValidationDetail => ({
  type: 'string_type',
  loc: ['body', field],
  msg: 'Input should be a valid string',
  input,
});
const unprintable = (input: string): ValidationDetail => ({
  type: 'string_pattern_mismatch',
  loc: ['body', 'order_id'],
  msg: `String should match pattern '${PRINTABLE.source}'`,
  input,
  ctx: { pattern: PRINTABLE.source },
});
const tooLong = (input: string): ValidationDetail => ({
  type: 'string_too_long',
  loc: ['body', 'order_id'],
  msg: 'String should have at most 128 characters',
  input,
  ctx: { max_length: 128 },
});

describe('a valid order', () => {
  test.each<[input: object, value: object]>([
    [{ order_id: 'a' }, { order_id: 'a' }],
    [{ order_number: '1' }, { order_number: '1' }],
    [{ order_id: 'a', order_number: '1' }, { order_id: 'a', order_number: '1' }],
    [{ order_id: null, order_number: '1' }, { order_number: '1' }],
    [{ order_id: '  ', order_number: '1' }, { order_number: '1' }],
    [{ order_id: ' a ' }, { order_id: ' a ' }],
    [{ order_id: 'a', zzz: 1, $ne: null }, { order_id: 'a' }],
    [{ order_id: 'é\u{1F600}' }, { order_id: 'é\u{1F600}' }],
    [{ order_id: 'x'.repeat(128) }, { order_id: 'x'.repeat(128) }],
    [{ order_id: '😀'.repeat(128) }, { order_id: '😀'.repeat(128) }],
    [JSON.parse('{"__proto__":{"order_number":"2"},"order_id":"a"}') as object, { order_id: 'a' }],
  ])('%j', (input, value) => {
    expect(read(input)).toEqual({ ok: true, value });
    expect(Object.keys(value)).toEqual(Object.keys((read(input) as { value: object }).value));
  });
});

describe('an invalid order', () => {
  test.each<[input: unknown, details: ValidationDetail[]]>([
    [{}, [neither({})]],
    [{ order_id: '', order_number: '' }, [neither({ order_id: '', order_number: '' })]],
    [{ order_id: null, order_number: null }, [neither({ order_id: null, order_number: null })]],
    [{ order_id: ' \u3000 ' }, [neither({ order_id: ' \u3000 ' })]],
    [{ zzz: 1 }, [neither({ zzz: 1 })]],
    [JSON.parse('{"__proto__":{"order_id":"a"}}'), [neither(JSON.parse('{"__proto__":{"order_id":"a"}}'))]],
    [{ order_id: 0 }, [notText('order_id', 0)]],
    [{ order_id: false }, [notText('order_id', false)]],
    [{ order_id: ['x'] }, [notText('order_id', ['x'])]],
    [{ order_id: { $ne: null } }, [notText('order_id', { $ne: null })]],
    [{ order_id: Number.NaN }, [notText('order_id', null)]],
    [{ order_id: Number.POSITIVE_INFINITY }, [notText('order_id', null)]],
    [{ order_number: 2, order_id: 1 }, [notText('order_id', 1), notText('order_number', 2)]],
    [{ order_number: 2, order_id: 'a' }, [notText('order_number', 2)]],
    [{ order_id: 'x'.repeat(129) }, [tooLong('x'.repeat(129))]],
    [{ order_id: 'x'.repeat(5000) }, [tooLong('x'.repeat(256))]],
    [{ order_id: '😀'.repeat(129) }, [tooLong('😀'.repeat(129))]],
    [{ order_id: 'a\u0000' }, [unprintable('a\u0000')]],
    [{ order_id: 'a\nb' }, [unprintable('a\nb')]],
    [{ order_id: '\t' }, [unprintable('\t')]],
    [{ order_id: 'a\u009F' }, [unprintable('a\u009F')]],
    [{ order_id: 'a\u2028' }, [unprintable('a\u2028')]],
    [{ order_id: 'a\uD800' }, [unprintable('a\uFFFD')]],
    [{ order_id: '\uDC00\uD800' }, [unprintable('\uFFFD\uFFFD')]],
  ])('%j', (input, details) => {
    expect(read(input)).toEqual(rejected(...details));
    expect(JSON.stringify(read(input))).toBe(JSON.stringify(rejected(...details)));
  });
});

test('the JSON schema of an order has the limits that are checked', () => {
  const { properties } = z.toJSONSchema(orderRequest, { io: 'input' });
  expect(properties?.['order_id']).toMatchObject({
    anyOf: [{ type: 'string', maxLength: 128, pattern: PRINTABLE.source }, { type: 'null' }],
  });
});
