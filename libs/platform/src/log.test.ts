import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Log } from './log.js';
import { createLog } from './log.js';

const written: string[] = [];
/** Captures the log. Winston writes to the console's stream if it has one, otherwise to `console.log`. */
const captureLog = (): void => {
  const { _stdout: stream } = console as { _stdout?: NodeJS.WriteStream };
  if (stream) jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  else jest.spyOn(console, 'log').mockImplementation((text: unknown) => void written.push(String(text)));
};
afterEach(() => {
  written.length = 0;
  jest.restoreAllMocks();
});

test('a line is JSON with its metadata, and an error has its message, code and cause', () => {
  captureLog();
  createLog({ level: 'info', app: 'worker' }).warn('it broke', { saga_id: 's', error: Object.assign(new Error('no way', { cause: new Error('why') }), { code: 'E1' }) });
  expect(JSON.parse(written[0]!)).toMatchObject({ app: 'worker', level: 'warn', message: 'it broke', saga_id: 's', error: { message: 'no way', code: 'E1', cause: { message: 'why' } } });
});

test('a line contains no secrets, and a value cannot begin a new line', () => {
  captureLog();
  createLog({ level: 'info', app: 'intake' }).info('asked', { headers: { authorization: 'Bearer canary', 'x-api-key': 'canary' }, password: 'canary', order: 'a\n{"level":"error"}' });
  expect(written.join('')).not.toContain('canary');
  expect(written.join('').trimEnd().split('\n')).toHaveLength(1);
});

const canary = 'c4nAryC4naryc4naryC4naryc4naryC4naryc4nary4';
const secrets: Record<string, string> = {
  'an API key': `crossroads_0123456789abcdef_${canary}`,
  'an operator’s key': `crossroads_ops_0123456789abcdef_${canary}`,
  'a bearer token': `Bearer ${canary}`,
  'basic credentials': `Basic ${canary}`,
  'a webhook secret': `whsec_${canary}`,
  'a client secret in a form': `grant_type=x&client_secret=${canary}&scope=io.w`,
  'a client secret in JSON': `{"client_id":"hub","client_secret":"${canary}"}`,
  'a password in a URL': `mongodb://hub:${canary}@db:27017/crossroads`,
  'a password in a URL without a user': `redis://:${canary}@redis:6379`,
};

describe.each(Object.entries(secrets))('%s', (_, secret) => {
  test.each<[string, (log: Log) => void]>([
    ['in the message', (log) => log.info(`got ${secret}, and that is bad`)],
    ['in the metadata', (log) => log.info('asked', { headers: { 'x-sent': secret } })],
    ['in a list', (log) => log.info('asked', { raw: ['a', secret] })],
    ['in an error, its stack and its cause', (log) => log.error('broke', { error: new Error(`no ${secret}`, { cause: new Error(secret) }) })],
    ['where a long text is cut', (log) => log.info('long', { text: `${'x'.repeat(940)} ${secret}` })],
  ])('%s is not in the log', (_, write) => {
    captureLog();
    write(createLog({ level: 'info', app: 'intake' }));
    expect(written).toHaveLength(1);
    expect(written[0]).not.toContain(canary.slice(0, 8));
    expect(written[0]).toContain('***');
  });
});

test.each(['authorization', 'X-API-Key', 'apiKey', 'client_secret', 'clientSecret', 'webhook_secret', 'access_token', 'webhook-signature', 'Set-Cookie', 'TOKEN_SECRET'])(
  'a value named %s is redacted, and a reference to a secret is not',
  (name) => {
    captureLog();
    createLog({ level: 'info', app: 'intake' }).info('asked', { given: { [name]: canary, secret_ref: 'env:HARBOR', idempotency_key: 'k-1' } });
    expect(JSON.parse(written[0]!)).toMatchObject({ given: { [name]: '***', secret_ref: 'env:HARBOR', idempotency_key: 'k-1' } });
  },
);

test('a line without secrets is not changed', () => {
  captureLog();
  const text = 'The secret of TMS is not of the form whsec_<base64>. Goes to https://tms.example/hook?order=4711; dup key: { tenant_id: "a" }';
  createLog({ level: 'info', app: 'worker' }).info(text);
  expect(JSON.parse(written[0]!)).toMatchObject({ message: text });
});

test('a line below the level is not written', () => {
  captureLog();
  createLog({ level: 'warn', app: 'intake' }).info('chatter');
  expect(written).toEqual([]);
});
