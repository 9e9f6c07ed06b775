import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Log } from './log.js';
import { createLog } from './log.js';

const said: string[] = [];
/** Winston's console transport writes to the console's own stream where there is one, and else to `console.log`. */
const listening = (): void => {
  const { _stdout: stream } = console as { _stdout?: NodeJS.WriteStream };
  if (stream) jest.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  else jest.spyOn(console, 'log').mockImplementation((text: unknown) => void said.push(String(text)));
};
afterEach(() => {
  said.length = 0;
  jest.restoreAllMocks();
});

test('a line is JSON with its facts, and an error keeps its message, code and cause', () => {
  listening();
  createLog({ level: 'info', app: 'worker' }).warn('it broke', { saga_id: 's', error: Object.assign(new Error('no way', { cause: new Error('why') }), { code: 'E1' }) });
  expect(JSON.parse(said[0]!)).toMatchObject({ app: 'worker', level: 'warn', message: 'it broke', saga_id: 's', error: { message: 'no way', code: 'E1', cause: { message: 'why' } } });
});

test('secrets are not in it, nor can a value begin a line of its own', () => {
  listening();
  createLog({ level: 'info', app: 'intake' }).info('asked', { headers: { authorization: 'Bearer canary', 'x-api-key': 'canary' }, password: 'canary', order: 'a\n{"level":"error"}' });
  expect(said.join('')).not.toContain('canary');
  expect(said.join('').trimEnd().split('\n')).toHaveLength(1);
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
    ['in a fact', (log) => log.info('asked', { headers: { 'x-sent': secret } })],
    ['in a list', (log) => log.info('asked', { raw: ['a', secret] })],
    ['in an error, its stack and its cause', (log) => log.error('broke', { error: new Error(`no ${secret}`, { cause: new Error(secret) }) })],
    ['where a long text is cut', (log) => log.info('long', { text: `${'x'.repeat(940)} ${secret}` })],
  ])('%s is not in the log', (_, say) => {
    listening();
    say(createLog({ level: 'info', app: 'intake' }));
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain(canary.slice(0, 8));
    expect(said[0]).toContain('***');
  });
});

test.each(['authorization', 'X-API-Key', 'apiKey', 'client_secret', 'clientSecret', 'webhook_secret', 'access_token', 'webhook-signature', 'Set-Cookie', 'TOKEN_SECRET'])(
  'whatever is called %s is not said; what only points to it is',
  (name) => {
    listening();
    createLog({ level: 'info', app: 'intake' }).info('asked', { given: { [name]: canary, secret_ref: 'env:HARBOR', idempotency_key: 'k-1' } });
    expect(JSON.parse(said[0]!)).toMatchObject({ given: { [name]: '***', secret_ref: 'env:HARBOR', idempotency_key: 'k-1' } });
  },
);

test('an ordinary line is left as it is', () => {
  listening();
  const text = 'The secret of TMS is not of the form whsec_<base64>. Goes to https://tms.example/hook?order=4711; dup key: { tenant_id: "a" }';
  createLog({ level: 'info', app: 'worker' }).info(text);
  expect(JSON.parse(said[0]!)).toMatchObject({ message: text });
});

test('what nobody wants is not said', () => {
  listening();
  createLog({ level: 'warn', app: 'intake' }).info('chatter');
  expect(said).toEqual([]);
});
