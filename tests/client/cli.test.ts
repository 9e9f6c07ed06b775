import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../libs/client/src/cli/run-cli.js';
import type { ResetProgress } from '@crossroads/client';
import { eventually } from '@crossroads/testkit';
import { RetryableError } from '@crossroads/saga';
import { collections } from '@crossroads/store';
import { createIntakeFixture } from '../intake/intake-fixture.js';
import type { IntakeFixture } from '../intake/intake-fixture.js';
import { misbehavingServer } from './misbehaving-server.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('cli')));
afterAll(() => fixture.close());

/** Waits until no saga is active. Otherwise an active saga would consume the destination's response of a later test. */
afterEach(() => eventually(async () => (await fixture.store.connection.db!.collection(collections.sagas).countDocuments({ phase: { $nin: ['ended', 'stopped'] } })) === 0));

interface CliResult {
  code: number;
  out: string;
  err: string;
}

const environment = () => ({ CROSSROADS_URL: fixture.url, CROSSROADS_API_KEY: fixture.keys.Alpha });

const run = async (args: string[], { isTerminal = false, env = environment() as Record<string, string>, signal = new AbortController().signal } = {}): Promise<CliResult> => {
  const output = { out: '', err: '' };
  const code = await runCli(args, {
    env,
    out: (text) => (output.out += text),
    err: (text) => (output.err += text),
    isTerminal,
    readFile: (path) => {
      if (path !== 'key.txt') throw new Error(`no such file: ${path}`);
      return `${fixture.keys.Alpha}\n`;
    },
    signal,
  });
  return { code, ...output };
};

const delivered = async (): Promise<string> => (await fixture.deliver()).origin_order_number;
const reset = async (...more: string[]) => run(['reset', '--order-number', await delivered(), '--to', 'Beta', ...more]);
const idIn = ({ out }: Pick<CliResult, 'out'>): string => /Accepted: (\S+)/.exec(out)![1]!;

describe('reset', () => {
  test('prints the id, and the command to follow the reset', async () => {
    const result = await reset();
    expect([result.code, result.err]).toEqual([0, '']);
    expect(result.out).toContain(`crossroads status ${idIn(result)} --wait`);
    await fixture.over(idIn(result));
  });

  test('with --wait prints each entry as a line, without control characters if there is no terminal', async () => {
    const { code, out } = await reset('--wait');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(1, -1).every((line) => /^ {2}\d\d:\d\d:\d\d\.\d{3} {2}\S/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^ {2}✔ synced after \d+ ms$/);
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test('on a terminal shows the current state between the entries', async () => {
    fixture.working = false;
    const watching = run(['reset', '--order-number', await delivered(), '--to', 'Beta', '--wait', '--timeout', '1'], { isTerminal: true });
    const { code, out } = await watching;
    fixture.working = true;
    expect([code, out]).toEqual([6, expect.stringContaining('\r\u001b[K  … pending')]);
    expect((await run(['cancel', idIn({ out })])).out).toContain('canceled');
  });

  test.each([
    ['rejected', 3],
    ['error', 4],
    ['canceled', 5],
  ])('ends %s with exit code %d', async (status, code) => {
    if (status === 'rejected') fixture.destination.answers.push('rejected');
    fixture.working = status !== 'canceled';
    const waiting = status === 'error' ? run(['reset', '--order-number', 'no-such-order', '--to', 'Beta', '--wait']) : reset('--wait', '--correlation-id', `ends-${status}`);
    if (status === 'canceled') {
      await eventually(async () => (await run(['status', 'ends-canceled'])).code === 6);
      fixture.working = true;
      await run(['cancel', 'ends-canceled']);
    }
    const result = await waiting;
    expect([result.code, result.out]).toEqual([code, expect.stringContaining(`✘ ${status}`)]);
  });

  test('stopped names the saga that an operator can resume', async () => {
    fixture.destination.answers.push(...Array.from({ length: 3 }, () => new RetryableError('destination.unavailable', 'No connection.')));
    const { code, out } = await reset('--wait');
    expect([code, out]).toEqual([4, expect.stringMatching(/✘ error: stopped at dispatch-reset; an operator can resume saga [0-9a-f-]{36} after/)]);
  });

  test('interrupted prints the command to follow the reset', async () => {
    fixture.working = false;
    const abort = new AbortController();
    const waiting = run(['reset', '--order-number', await delivered(), '--to', 'Beta', '--correlation-id', 'interrupted-1', '--wait'], { signal: abort.signal });
    await eventually(async () => (await run(['status', 'interrupted-1'])).code === 6);
    abort.abort();
    const { code, out } = await waiting;
    fixture.working = true;
    await run(['cancel', 'interrupted-1']);
    expect([code, out]).toEqual([130, expect.stringContaining('crossroads status interrupted-1 --wait')]);
  });

  test('reads the key from a file, and creates one reset for one idempotency key', async () => {
    const args = ['reset', '--order-number', await delivered(), '--to', 'Beta', '--idempotency-key', 'night-1', '--api-key-file', 'key.txt', '--json'];
    const [first, second] = [await run(args, { env: { CROSSROADS_URL: fixture.url } }), await run(args, { env: { CROSSROADS_URL: fixture.url } })].map(({ out }) => JSON.parse(out) as Record<string, unknown>);
    expect(second).toMatchObject({ correlation_id: first!['correlation_id'], idempotency_key: 'night-1', replayed: true });
  });
});

describe('--json', () => {
  test('prints one document and nothing else', async () => {
    const { code, out, err } = await reset('--wait', '--json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ status: 'synced', done: true, logs: expect.any(Array), idempotency_key: expect.any(String) });
    const status = await run(['status', (JSON.parse(out) as ResetProgress).correlation_id, '--json']);
    expect(Object.keys(JSON.parse(status.out) as object)).not.toContain('etag');
  });

  test('also has failures', async () => {
    const { code, out, err } = await run(['status', 'no-such-reset', '--json']);
    expect([code, err]).toEqual([10, '']);
    expect(JSON.parse(out)).toEqual({ error: { kind: 'not_found', message: 'Reset not found', advice: expect.any(String), status: 404, request_id: expect.any(String) } });
    expect(JSON.parse((await run(['reset', '--json'])).out)).toMatchObject({ error: { kind: 'usage' } });
  });
});

test('list prints the newest resets, up to the limit', async () => {
  const id = idIn(await reset());
  await fixture.over(id);
  const { out } = await run(['list', '--limit', '2']);
  expect(out.trimEnd().split('\n')).toHaveLength(2);
  expect(out).toContain(id);
  expect((JSON.parse((await run(['list', '--limit', '3', '--json'])).out) as { items: object[] }).items).toHaveLength(3);
  expect((await run(['list', '--order-number', 'never-submitted'])).out).toBe('No resets found.\n');
});

test.each([
  [['recover', 'saga-1', '--reason', 'by mistake'], { reason: 'by mistake' }],
  [['recover', 'saga-1', '--reason', 'by mistake', '--force', '--expected-epoch', '4'], { reason: 'by mistake', expected_epoch: 4, force: true }],
])('%j sends its options to the operator pages', async (args, body) => {
  const operatorPages = await misbehavingServer();
  operatorPages.behave({ body: { saga: null, recovery_saga_id: 'saga-2' } });
  const { code, out } = await run(args, { env: { CROSSROADS_OPS_URL: operatorPages.url, CROSSROADS_OPS_KEY: 'operator-key' } });
  expect([code, out]).toEqual([0, `Saga saga-2 restores the data. See ${operatorPages.url}/sagas/saga-2\n`]);
  expect(operatorPages.received.map(({ path, body: sent }) => [path, JSON.parse(sent)])).toEqual([['/v1/ops/sagas/saga-1/recover', body]]);
  await operatorPages.close();
});

test('accept and reject are for the destination', async () => {
  fixture.destination.answers.push('requested');
  const id = idIn(await reset());
  await eventually(async () => (await run(['status', id])).out.includes('requested'));
  expect((await run(['accept', id, '--from', 'Alpha'])).code).toBe(10);
  const asBeta = { env: { CROSSROADS_URL: fixture.url, CROSSROADS_API_KEY: fixture.keys.Beta } };
  expect(await run(['accept', id, '--from', 'Alpha', '--reason', 'SEEN'], asBeta)).toEqual({ code: 0, out: 'synced: Accepted by Beta: SEEN.\n', err: '' });
  expect((await run(['reject', id, '--from', 'Alpha'], asBeta)).code).toBe(9);
});

describe('an error', () => {
  test.each<[string[], string]>([
    [['rest'], 'There is no command rest'],
    [['reset', '--to', 'Beta'], 'The order is missing'],
    [['reset', '--order-number', '1'], '--to is missing'],
    [['reset', '--order-number', '1', '--to', 'Cartage', 'North'], 'North is unexpected'],
    [['reset', '--order-number', '1', '--to', 'Beta', '--tomorrow'], '--tomorrow'],
    [['reset', '--order-number', '1', '--to', 'Beta', '--wait', '--timeout', 'long'], '--timeout must be a whole number'],
    [['reset', '--order-number', '1', '--to', 'Beta', '--api-key-file', 'none'], 'no such file'],
    [['status'], 'The id of the reset is missing'],
    [['status', 'a', 'b'], 'b is unexpected'],
    [['resume', 'saga-1'], '--reason is missing'],
    [['recover', 'saga-1', '--reason', 'because'], 'CROSSROADS_OPS_KEY'],
    [['list', '--url', 'nowhere'], 'The URL must be'],
  ])('in %j is printed, with exit code 2', async (args, message) => {
    const before = await fixture.sagas();
    const { code, out, err } = await run(args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)]);
    expect(await fixture.sagas()).toBe(before);
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['no credentials', { CROSSROADS_API_KEY: '' }, 2, 'CROSSROADS_API_KEY'],
    ['unknown credentials', { CROSSROADS_API_KEY: 'canary-key-1' }, 7, 'Check the API key'],
    ['no server at the address', { CROSSROADS_URL: 'http://127.0.0.1:9' }, 8, 'No complete reply from http://127.0.0.1:9'],
  ])('with %s is printed without a secret', async (_what, env, code, message) => {
    const result = await run(['list'], { env: { ...environment(), ...env } });
    expect(result).toEqual({ code, out: '', err: expect.stringContaining(message) });
    expect(result.err).not.toMatch(/canary/);
  });

  test('in the request names each invalid field', async () => {
    const { code, err } = await run(['reset', '--order-number', '1', '--to', 'Beta', '--correlation-id', '12345678']);
    expect([code, err]).toEqual([9, expect.stringContaining('header.X-Correlation-ID: ')]);
  });
});

test('every command has a help', async () => {
  const { out } = await run(['--help']);
  const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
  expect(names).toEqual(['reset', 'status', 'list', 'cancel', 'accept', 'reject', 'resume', 'recover']);
  for (const name of names) expect(await run([name, '--help'])).toEqual({ code: 0, out: expect.stringMatching(/Options:[^]*Settings:[^]*Exit codes:/), err: '' });
});

test('the README of the client has the same exit codes', async () => {
  const { out } = await run(['reset', '--help']);
  const codes = [...out.matchAll(/^ {2,}(\d+) {2}(.+)$/gm)].map(([, code, meaning]) => `| ${code} | ${meaning} |`);
  expect(codes).toHaveLength(12);
  expect(readFileSync('libs/client/README.md', 'utf8').replaceAll('`', '')).toContain(codes.join('\n'));
});

test('texts of others cannot control a terminal', async () => {
  fixture.destination.answers.push('rejected');
  const order = await fixture.deliver({ origin_order_number: 'O-\u009b31m' });
  const { out } = await run(['reset', '--order-id', order.order_id, '--to', 'Beta', '--wait']);
  await run(['reset', '--order-number', order.origin_order_number, '--to', 'Beta', '--wait']);
  const { out: listed } = await run(['list', '--limit', '2']);
  expect(`${out}${listed}`).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('the installed command prints a list and exits with 0', async () => {
  const ended = await new Promise<CliResult>((resolve) => {
    execFile('node_modules/.bin/crossroads', ['list', '--limit', '1'], { env: { ...process.env, ...environment() } }, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });
  expect(ended).toEqual({ code: 0, out: expect.stringMatching(/^\d{4}-\d\d-\d\d .*\n$/), err: '' });
});
