import { expect, test } from '@jest/globals';
import { datetimeFinding, uuidFinding } from './pydantic-formats.js';

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
])('datetime %j: %s', (text, error) => {
  const msg = `Input should be a valid datetime or date, ${error}`;
  expect(datetimeFinding(text)).toEqual({ type: 'datetime_from_date_parsing', msg, ctx: { error } });
});

test.each(['2024-02-29', '2024-01-01T00:00', '2024-01-01 00:00:00', '2024-01-01T00:00:00,5'])('datetime %j has no zone', (text) => {
  expect(datetimeFinding(text)).toEqual({ type: 'timezone_aware', msg: 'Input should have timezone info' });
});

test.each<[text: string, error: string]>([
  ['not-a-uuid', 'invalid character: found `n` at 1'],
  ['1é', 'invalid character: found `é` at 2'],
  ['😀', 'invalid character: found `😀` at 1'],
  ['urn:uuid:12345678-1234-1234-1234-12345678901z', 'invalid character: found `z` at 36'],
  ['{12345678-1234-1234-1234-12345678901z}', 'invalid character: found `z` at 36'],
  ['{12345678-1234-1234-1234-123456789012', 'invalid character: found `{` at 1'],
  ['', 'invalid length: expected length 32 for simple format, found 0'],
  ['123', 'invalid length: expected length 32 for simple format, found 3'],
  ['{123}', 'invalid group count: expected 5, found 1'],
  ['urn:uuid:123', 'invalid group count: expected 5, found 1'],
  ['{}', 'invalid group count: expected 5, found 1'],
  ['12345678-1234-1234-1234', 'invalid group count: expected 5, found 4'],
  ['----', 'invalid group length in group 0: expected 8, found 0'],
  ['12345678-1234-1234-12345-12345678901', 'invalid group length in group 3: expected 4, found 5'],
  ['12345678-1234-1234-1234-12345678901', 'invalid group length in group 4: expected 12, found 11'],
])('uuid %j: %s', (text, error) => {
  expect(uuidFinding(text)).toEqual({ type: 'uuid_parsing', msg: `Input should be a valid UUID, ${error}`, ctx: { error } });
});
