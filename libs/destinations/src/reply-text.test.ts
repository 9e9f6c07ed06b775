import { describe, expect, test } from '@jest/globals';
import type { DestinationReply } from '@crossroads/order-reset';
import { jsonIn, redact, sanitizeReply } from './reply-text.js';

const reply = (message: string, body = ''): DestinationReply => ({ answer: 'synced', message, http_status: 200, body });

describe('sanitizeReply', () => {
  test('limits the message to one short line', () => {
    expect(sanitizeReply(reply('a\r\n\tb\u2028c\u001b[31m\u202ed')).message).toBe('a b c\ufffd[31m\ufffdd');
    expect(sanitizeReply(reply('x'.repeat(5_000))).message).toHaveLength(300);
    expect(sanitizeReply(reply('x'.repeat(5_000)), ' Cut.').message).toMatch(/x… Cut\.$/);
  });

  test('keeps the first 2 kB of the body with whole characters and line breaks', () => {
    expect(sanitizeReply(reply('', `a\n\tb\u0000\u001b`)).body).toBe('a\n\tb\ufffd\ufffd');
    const { body } = sanitizeReply(reply('', `x${'€'.repeat(5_000)}`));
    expect(Buffer.byteLength(body)).toBe(2_047);
    expect(body.endsWith('€')).toBe(true);
  });
});

test('credentials are redacted, whole and in parts', () => {
  const text = 'Bearer 01234567, 01234567, Bearer';
  expect(redact(text, ['Bearer 01234567', '1700000000'])).toBe('***, ***, Bearer');
  expect(redact('{"signature":"v1,0123\\/4567\\/89abcdef"}', ['v1,0123/4567/89abcdef'])).toBe('{"signature":"***"}');
});

test.each(['', 'x', '1', 'null', '[]', '"x"', '['.repeat(60_000)])('%.9s parses to an empty object', (text) => {
  expect(jsonIn(text)).toEqual({});
});
