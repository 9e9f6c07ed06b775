import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { Behaviour, MisbehavingServer } from '../../../tests/client/misbehaving-server.js';
import { misbehavingServer } from '../../../tests/client/misbehaving-server.js';
import { createClient } from './create-client.js';
import { TimedOutError } from './errors.js';

let server: MisbehavingServer;
beforeAll(async () => (server = await misbehavingServer()));
afterAll(() => server.close());

const waiting = (options: Parameters<ReturnType<typeof createClient>['waitFor']>[1] = {}) =>
  createClient({ baseUrl: server.url, apiKey: 'key-1', retry: { firstPauseMs: 1, longestPauseMs: 1_500 }, requestTimeoutMs: 500 }).waitFor('reset-4711', options);
const state = (status: string, done = false, headers: Record<string, string> = { 'Retry-After': '0' }, log: string[] = []): Behaviour => ({
  headers: { ETag: `"${status}"`, ...headers },
  body: { status, message: null, log: null, correlation_id: 'reset-4711', saga_id: 's-1', done, step: null, attempts: 0, next_attempt_at: null, log_count: log.length, logs: log.map((_id) => ({ _id })) },
});
const unchanged: Behaviour = { status: 304, headers: { 'Retry-After': '0' } };

describe('waiting', () => {
  test('continues to the end, and reports each change once', async () => {
    server.behave(state('pending'), unchanged, state('pending'), state('origin_mapped'), state('synced', true));
    const seen: string[] = [];
    const outcome = await waiting({ onChange: ({ status }) => seen.push(status) });
    expect([outcome.status, seen]).toEqual(['synced', ['pending', 'origin_mapped', 'synced']]);
    expect(server.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"pending"', '"pending"', '"pending"', '"origin_mapped"']);
    expect(server.received.map(({ path }) => path.split('?')[1])).toEqual(['wait=0', 'wait=25', 'wait=25', 'wait=25', 'wait=25'].map((query) => `${query}&logs=since%3A0`));
  });

  test('requests only the log entries since the last reply, and returns all of them', async () => {
    const withLog = (status: string, done: boolean, ...log: string[]) => state(status, done, { 'Retry-After': '0' }, log);
    server.behave(withLog('pending', false, 'a', 'b'), unchanged, withLog('origin_mapped', false, 'b', 'c'), withLog('synced', true, 'd'));
    expect((await waiting()).logs.map(({ _id }) => _id)).toEqual(['a', 'b', 'c', 'd']);
    expect(server.received.map(({ path }) => decodeURIComponent(path.split('logs=')[1]!))).toEqual(['since:0', 'since:2', 'since:2', 'since:3']);
  });

  test('is held by the service until the outcome without onChange', async () => {
    server.behave(state('requested', false, { 'Retry-After': '15' }), state('synced', true));
    await waiting();
    expect(server.received.map(({ path, headers }) => [path.split('&')[0], headers['if-none-match']])).toEqual([['/v1/order/reset/reset-4711?wait=25', undefined], ['/v1/order/reset/reset-4711?wait=25', '"requested"']]);
  });

  test('waits for Retry-After if the service did not hold the reply', async () => {
    server.behave(state('pending'), { status: 304, headers: { 'Retry-After': '1' } }, state('synced', true));
    const began = performance.now();
    await waiting();
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
  });

  test('continues after temporary errors', async () => {
    server.behave('cut', { status: 503 }, { status: 429, headers: { 'Retry-After': '0' } }, 'cut-short', { body: '<html>' }, 'cut', 'cut', state('synced', true));
    expect((await waiting()).status).toBe('synced');
  });

  test.each([401, 403, 404, 422, 500])('ends at once with %d', async (status) => {
    server.behave({ status });
    await expect(waiting()).rejects.toMatchObject({ status });
    expect(server.received).toHaveLength(1);
  });

  test('ends at the timeout, with the last state and the last error', async () => {
    server.behave(state('pending'), 'cut');
    const failure: unknown = await waiting({ timeoutMs: 100 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TimedOutError);
    expect(failure).toMatchObject({ kind: 'timed_out', correlationId: 'reset-4711', progress: { status: 'pending' }, cause: { kind: 'transport' } });
  });

  test('polls once with a timeout of zero', async () => {
    server.behave(state('pending'));
    await expect(waiting({ timeoutMs: 0 })).rejects.toMatchObject({ kind: 'timed_out' });
    expect(server.received).toHaveLength(1);
  });

  test('ends with the reason of its signal', async () => {
    server.behave(state('pending'), { status: 304, headers: { 'Retry-After': '60' } });
    const abort = new AbortController();
    const under = waiting({ signal: abort.signal });
    await eventually(() => server.received.length === 2);
    abort.abort(new Error('enough'));
    await expect(under).rejects.toThrow('enough');
  });
});
