import { describe, expect, test } from '@jest/globals';
import { readDatetime } from './pydantic-datetime.js';

// Every row was checked against pydantic 2.13.
describe('a date and time is read like pydantic', () => {
  test.each([
    '2026-11-02T08:00:00Z',
    '2026-11-02T08:00:00.123456789Z',
    '2026-11-02T08:00:00',
    '2026-11-02T08:00:00-05:30',
    '2026-11-02T08:00:00-00:00',
    '2026-11-02T08:00:00+23:59',
    '2028-02-29T00:00:00.5+02:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('%s is returned unchanged', (text) => {
    expect(readDatetime(text)).toEqual({ text });
  });

  test.each<[value: unknown, text: string]>([
    ['2026-11-02T08:00:00+0000', '2026-11-02T08:00:00+00:00'],
    ['2026-11-02T08:00:00-0530', '2026-11-02T08:00:00-05:30'],
    ['2026-11-02T08:00:00\u221201:00', '2026-11-02T08:00:00-01:00'],
    ['2026-11-02T08:00Z', '2026-11-02T08:00:00Z'],
    ['2026-11-02T08:00', '2026-11-02T08:00:00'],
    ['2026-11-02T08:00+0100', '2026-11-02T08:00:00+01:00'],
    ['2026-11-02 08:00:00Z', '2026-11-02T08:00:00Z'],
    ['2026-11-02_08:00:00Z', '2026-11-02T08:00:00Z'],
    ['2026-11-02t08:00:00z', '2026-11-02T08:00:00Z'],
    ['2026-11-02T08:00:00,5Z', '2026-11-02T08:00:00.5Z'],
    [`2026-11-02T08:00:00.${'1'.repeat(40)}Z`, '2026-11-02T08:00:00.111111111Z'],
    ['2026-11-02', '2026-11-02T00:00:00'],
    ['1762070400', '2025-11-02T08:00:00.000Z'],
    ['1762070400000', '2025-11-02T08:00:00.000Z'],
    ['+1.5', '1970-01-01T00:00:01.500Z'],
    ['.5', '1970-01-01T00:00:00.500Z'],
    ['-1', '1969-12-31T23:59:59.000Z'],
    ['20000000000', '2603-10-11T11:33:20.000Z'],
    ['20000000001', '1970-08-20T11:33:20.001Z'],
    ['253402300799999', '9999-12-31T23:59:59.999Z'],
    ['-62135596800000', '0001-01-01T00:00:00.000Z'],
    [1762070400, '2025-11-02T08:00:00.000Z'],
    [1762070400.5, '2025-11-02T08:00:00.500Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
  ])('%j becomes %s', (value, text) => {
    expect(readDatetime(value)).toEqual({ text });
  });
});

describe('anything else has the error of pydantic', () => {
  const tooLate = 'dates after 9999 are not supported as unix timestamps';
  const extra = 'unexpected extra characters at the end of the input';

  test.each<[text: string, error: string]>([
    ['', 'input is too short'],
    ['2024-01-0', 'input is too short'],
    ['1e3', 'input is too short'],
    ['abcdefghijk', 'invalid character in year'],
    ['  2024-01-01 ', 'invalid character in year'],
    ['2024/01/01', 'invalid date separator, expected `-`'],
    ['2024-01a01', 'invalid date separator, expected `-`'],
    ['20240101T000000', 'invalid date separator, expected `-`'],
    ['2024-0a-01', 'invalid character in month'],
    ['2024-1-1T00:00:00Z', 'invalid character in month'],
    ['2024-01-aa', 'invalid character in day'],
    ['2024-13-01', 'month value is outside expected range of 1-12'],
    ['2024-02-30', 'day value is outside expected range'],
    ['2024-01-00', 'day value is outside expected range'],
    ['2023-02-29', 'day value is outside expected range'],
    ['2024-01-01T99:00:00Z', 'unexpected extra characters at the end of the input'],
    ['2024-01-01x', 'unexpected extra characters at the end of the input'],
    ['2024-01-01T00:00:00+99:00', 'unexpected extra characters at the end of the input'],
    ['2026-11-02T24:00:00Z', extra],
    ['2026-11-02T23:59:60Z', extra],
    ['2026-11-02T08', extra],
    ['2026-11-02T0800Z', extra],
    ['2026-11-02T8:00:00Z', extra],
    ['2026-11-02T08:00:00+00', extra],
    ['2026-11-02T08:00:00+24:00', extra],
    ['2026-11-02T08:00:00 Z', extra],
    ['2026-11-02T08:00:00.Z', extra],
    ['2026-11-02T08:00:00[UTC]', extra],
    ['2026-11-02  08:00:00Z', extra],
    ['2026-11-02Z', extra],
    [' 5', 'input is too short'],
    ['1_000', 'input is too short'],
    ['.', 'input is too short'],
    ['99999999999999999999', 'invalid date separator, expected `-`'],
    ['253402300800000', tooLate],
    ['-99999999999999', 'dates before 0000 are not supported as unix timestamps'],
  ])('%j: %s', (text, error) => {
    const msg = `Input should be a valid datetime or date, ${error}`;
    expect(readDatetime(text)).toEqual({ finding: { type: 'datetime_from_date_parsing', msg, ctx: { error } } });
  });

  test.each<[value: unknown, error: string]>([
    ['0000-01-01T00:00:00Z', 'year 0 is out of range'],
    ['-62135596800001', 'year 0 is out of range'],
    [Number.NaN, 'NaN values not permitted'],
    [Number.POSITIVE_INFINITY, tooLate],
    [1e30, tooLate],
  ])('%p: %s', (value, error) => {
    expect(readDatetime(value)).toEqual({ finding: { type: 'datetime_parsing', msg: `Input should be a valid datetime, ${error}`, ctx: { error } } });
  });

  test.each([true, null, [], {}])('%j has the wrong type', (value) => {
    expect(readDatetime(value)).toEqual({ finding: { type: 'datetime_type', msg: 'Input should be a valid datetime' } });
  });
});
