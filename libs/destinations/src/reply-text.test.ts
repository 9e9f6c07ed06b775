import { describe, expect, test } from '@jest/globals';
import type { DestinationReply } from '@crossroads/order-reset';
import { jsonIn, redact, presentable } from './reply-text.js';

const reply = (message: string, body = ''): DestinationReply => ({ answer: 'synced', message, http_status: 200, body });

describe('presentable', () => {
  test('a message is one short line', () => {
    expect(presentable(reply('a\r\n\tb\u2028c\u001b[31m\u202ed')).message).toBe('a b c\ufffd[31m\ufffdd');
    expect(presentable(reply('x'.repeat(5_000))).message).toHaveLength(300);
    expect(presentable(reply('x'.repeat(5_000)), ' Cut.').message).toMatch(/x… Cut\.$/);
  });

  test('a body keeps its first 2 kB, whole characters and line breaks', () => {
    expect(presentable(reply('', `a\n\tb\u0000\u001b`)).body).toBe('a\n\tb\ufffd\ufffd');
    const { body } = presentable(reply('', `x${'€'.repeat(5_000)}`));
    expect(Buffer.byteLength(body)).toBe(2_047);
    expect(body.endsWith('€')).toBe(true);
  });
});

test('credentials are blotted out, whole and in parts', () => {
  const text = 'Bearer 01234567, 01234567, Bearer';
  expect(redact(text, ['Bearer 01234567', '1700000000'])).toBe('***, ***, Bearer');
  expect(redact('{"signature":"v1,0123\\/4567\\/89abcdef"}', ['v1,0123/4567/89abcdef'])).toBe('{"signature":"***"}');
});

test.each(['', 'x', '1', 'null', '[]', '"x"', '['.repeat(60_000)])('%.9s holds no object', (text) => {
  expect(jsonIn(text)).toEqual({});
});
