import { expect, test } from '@jest/globals';
import { redact } from './redact.js';

test('values with a secret’s name are redacted at any depth', () => {
  expect(redact({ headers: { Authorization: 'Bearer x', 'x-api-key': 'k', accept: '*/*' }, list: [{ client_secret: 's' }], password: null })).toEqual({
    headers: { Authorization: '***', 'x-api-key': '***', accept: '*/*' },
    list: [{ client_secret: '***' }],
    password: null,
  });
});

test('secrets inside text are redacted', () => {
  expect(redact('{"token":"t","order_number":"4711"}')).toBe('{"token":"***","order_number":"4711"}');
  expect(redact('GET https://user:pw@host/p?api_key=abc&x=1 with Bearer abcdefgh12')).toBe('GET https://***@host/p?api_key=***&x=1 with Bearer ***');
});

test('dates are kept as they are', () => {
  const at = new Date(0);
  expect(redact({ at })).toEqual({ at });
});

test('the name of a parameter that contains a secret’s name is decisive, wherever the name stands', () => {
  expect(redact('/p?a?x_token_id=abc?d&sig=e&b=1 /q?signature=f')).toBe('/p?a?x_token_id=***&sig=***&b=1 /q?signature=***');
});
