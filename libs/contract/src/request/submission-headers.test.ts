import { describe, expect, test } from '@jest/globals';
import { readSubmissionHeaders } from './submission-headers.js';

describe('valid headers', () => {
  test.each<[rawHeaders: string[], value: object]>([
    [[], {}],
    [['Idempotency-Key', 'abc'], { idempotencyKey: 'abc' }],
    [['idempotency-key', '"abc"'], { idempotencyKey: 'abc' }],
    [['Idempotency-Key', String.raw`"a\"b\\c"`], { idempotencyKey: String.raw`a"b\c` }],
    [['Idempotency-Key', 'it is "quoted" inside'], { idempotencyKey: 'it is "quoted" inside' }],
    [['Idempotency-Key', 'k'.repeat(255)], { idempotencyKey: 'k'.repeat(255) }],
    [['Idempotency-Key', `"${'k'.repeat(255)}"`], { idempotencyKey: 'k'.repeat(255) }],
    [['X-Correlation-ID', '12345678-a'], { correlationId: '12345678-a' }],
    [['X-Correlation-ID', 'A.b_c~d-0'], { correlationId: 'A.b_c~d-0' }],
    [['X-Correlation-ID', 'a'.repeat(128), 'Idempotency-Key', 'x'], { correlationId: 'a'.repeat(128), idempotencyKey: 'x' }],
  ])('%j', (rawHeaders, value) => {
    expect(readSubmissionHeaders(rawHeaders)).toEqual({ ok: true, value });
  });
});

describe('invalid headers', () => {
  test.each<[rawHeaders: string[], name: string, type: string]>([
    [['X-Correlation-ID', '1234567'], 'X-Correlation-ID', 'string_pattern_mismatch'],
    [['X-Correlation-ID', '12345678'], 'X-Correlation-ID', 'string_pattern_mismatch'],
    [['X-Correlation-ID', 'short-1'], 'X-Correlation-ID', 'string_pattern_mismatch'],
    [['X-Correlation-ID', 'has space in it'], 'X-Correlation-ID', 'string_pattern_mismatch'],
    [['X-Correlation-ID', 'a'.repeat(129)], 'X-Correlation-ID', 'string_pattern_mismatch'],
    [['X-Correlation-ID', 'one-of-two', 'x-correlation-id', 'two-of-two'], 'X-Correlation-ID', 'value_error'],
    [['Idempotency-Key', ''], 'Idempotency-Key', 'string_too_short'],
    [['Idempotency-Key', '""'], 'Idempotency-Key', 'string_too_short'],
    [['Idempotency-Key', '" "'], 'Idempotency-Key', 'string_too_short'],
    [['Idempotency-Key', '"open'], 'Idempotency-Key', 'string_pattern_mismatch'],
    [['Idempotency-Key', '"a"b"'], 'Idempotency-Key', 'string_pattern_mismatch'],
    [['Idempotency-Key', 'tab\there'], 'Idempotency-Key', 'string_pattern_mismatch'],
    [['Idempotency-Key', 'k'.repeat(256)], 'Idempotency-Key', 'string_too_long'],
    [['Idempotency-Key', 'a', 'Idempotency-Key', 'a'], 'Idempotency-Key', 'value_error'],
  ])('%j', (rawHeaders, name, type) => {
    const read = readSubmissionHeaders(rawHeaders);
    expect(read).toMatchObject({ ok: false, problem: { status: 422, body: { detail: [{ type, loc: ['header', name] }] } } });
  });
});
