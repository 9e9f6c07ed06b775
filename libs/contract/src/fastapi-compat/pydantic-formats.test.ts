import { expect, test } from '@jest/globals';
import { uuidFinding } from './pydantic-formats.js';

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
