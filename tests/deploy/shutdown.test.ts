import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { storeSagas } from '../sandbox/many-sagas.js';
import type { AppName, AppProcess, Stage } from './stage.js';
import { openStage } from './stage.js';

/** Milliseconds for a shutdown. On an idle machine it takes some hundred. */
jest.setTimeout(120_000);
const patienceMs = 60_000;

/** Deadline of the test, shorter than the default of the config schemas. */
const deadlineMs = 6_000;

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

let release: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of release) await each();
  release = [];
});

const endedOf = (ids: string[]) =>
  stage.store.connection.db!.collection<{ _id: string }>(collections.sagas).countDocuments({ _id: { $in: ids }, phase: 'ended', status: 'synced' });
const probe = async (app: AppProcess, path: string): Promise<number> => (await fetch(`${app.probes}${path}`)).status;

const start = async (app: AppName): Promise<AppProcess> => {
  const started = await stage.start(app, { SHUTDOWN_DEADLINE_MS: String(deadlineMs) });
  await eventually(async () => (await probe(started, '/readyz')) === 200, patienceMs);
  return started;
};

const inOrder = { code: 0, by: null };

/** Starts a worker with active resets, each waiting for the destination's response. */
const busyWorker = async (): Promise<{ worker: AppProcess; ids: string[]; letGo(): void }> => {
  const letGo = stage.holdDestination();
  release.push(letGo);
  const before = stage.sent().length;
  const ids = (await storeSagas(stage.store, 5)).map(({ saga_id }) => saga_id);
  const worker = await start('worker');
  await eventually(() => stage.sent().length === before + ids.length, patienceMs);
  return { worker, ids, letGo };
};

const callerHeaders = () => ({ 'X-API-Key': stage.secrets.keys[0]!.text, 'X-Dest-Tenant-Name': 'Cartage North', 'Content-Type': 'application/json' });
const body = JSON.stringify({ order: { order_number: 'never processed' } });

/** Starts a caller that waits for a reset that no worker processes. Returns, once it waits, a promise of its HTTP status. */
const waitingCaller = async (intake: AppProcess): Promise<{ responded: Promise<number | undefined> }> => {
  const reply = await fetch(`${intake.url}/v1/order/reset`, { method: 'POST', headers: callerHeaders(), body });
  const { log } = (await reply.json()) as { log: { correlation_id: string } };
  const call = request(`${intake.url}/v1/order/reset/${log.correlation_id}?wait=20`, { headers: callerHeaders() }).end();
  const responded = new Promise<IncomingMessage>((resolve, reject) => call.once('response', resolve).once('error', reject));
  await new Promise((resolve) => call.once('finish', resolve));
  // Connections are accepted in order: after the response to a later one, the first request has been received.
  await fetch(`${intake.url}/livez`);
  return { responded: responded.then(({ statusCode }) => statusCode, () => undefined) };
};

const takenAway = {
  'with both stores up': async () => undefined,
  'with Redis gone': async () => void release.push(await stage.takeRedisAway()),
  'with MongoDB paused': async () => void release.push(stage.pauseMongodb()),
};

describe('on SIGTERM', () => {
  test.each(Object.entries(takenAway))('%s, a worker with active resets, an intake with a caller waiting and the operator pages all end in order, within their deadline', async (state, happens) => {
    const [{ worker, ids, letGo }, intake, ops] = await Promise.all([busyWorker(), start('intake'), start('ops')]);
    const { responded } = await waitingCaller(intake);
    await happens();
    for (const app of [worker, intake, ops]) app.signal('SIGTERM');
    letGo();

    // An app that exceeds its deadline exits with code 1.
    expect(await Promise.all([worker, intake, ops].map((app) => app.ended))).toEqual([inOrder, inOrder, inOrder]);
    if (state === 'with MongoDB paused') return;
    expect(await endedOf(ids)).toBe(ids.length);
    expect(await responded).toBe(200);
  });

  test('a worker claims no more sagas, is not ready, and finishes its active ones; a second signal ends it immediately', async () => {
    const { worker, ids } = await busyWorker();
    worker.signal('SIGTERM');
    await eventually(async () => (await probe(worker, '/readyz')) === 503, patienceMs);
    expect(await probe(worker, '/livez')).toBe(200);
    worker.signal('SIGTERM');
    expect(await worker.ended).toEqual({ code: 1, by: null });
    expect(await endedOf(ids)).toBe(0);
  });

  test('an intake finishes requests in progress, and is not ready for more', async () => {
    const intake = await start('intake');
    const result = new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(`${intake.url}/v1/order/reset`, { method: 'POST', headers: { ...callerHeaders(), 'Content-Length': body.length } }, resolve).on('error', reject);
      call.write(body.slice(0, 10));
      void eventually(async () => (await probe(intake, '/readyz')) === 503, patienceMs).then(() => call.end(body.slice(10)));
      call.once('socket', (socket) => socket.once('connect', () => setImmediate(() => intake.signal('SIGTERM'))));
    });
    expect((await result).statusCode).toBe(200);
    expect(await intake.ended).toEqual(inOrder);
  });

  test('an app that still waits for MongoDB ends immediately', async () => {
    release.push(stage.pauseMongodb());
    const worker = await stage.spawn('worker');
    await eventually(() => worker.output().includes('MongoDB is not reachable yet'), patienceMs);
    worker.signal('SIGTERM');
    expect(await worker.ended).toEqual(inOrder);
  });
});
