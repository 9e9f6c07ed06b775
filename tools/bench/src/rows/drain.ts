import { collections } from '@crossroads/store';
import type { AnyDocument } from '../baselines/baseline.js';
import type { BaselineName } from '../baselines/baseline-process.js';
import type { BaselineWorkers } from '../baselines/baseline-workers.js';
import { putFloorResets } from '../baselines/floor.js';
import type { Fixture, Harness } from '../harness/harness.js';
import { until } from '../harness/harness.js';
import { cpuSeconds } from '../harness/processes.js';
import { acceptAll, enqueueAll, putOrders } from '../harness/sample-data.js';
import { benchQueue, connectRedis } from '../harness/stores.js';

export interface Drained {
  perS: number;
  /** CPU milliseconds per saga, over all processes involved. */
  cpuMs: number;
}

const longestMs = 120_000;

/** Accepts and enqueues `count` resets while the queue is paused, resumes it, and measures until every saga is `synced`. */
export const drainReal = async (harness: Harness, fixture: Fixture, workers: readonly { pid: number }[], count: number, deliveries = 2): Promise<Drained> => {
  const { loadGenerator, bullmqQueue, queue, stores } = harness;
  const { store, companies } = fixture;
  const from = fixture.reserve(count);
  await putOrders(store, companies, from, count, deliveries);
  await bullmqQueue.pause();
  const sagas = await acceptAll(store, companies, from, count);
  await enqueueAll(queue, sagas);
  await pause(200);
  const pids = [...workers.map(({ pid }) => pid), stores.redisPid, stores.mongodbPid, loadGenerator.pid];
  const [arrived, cpu, began] = [await loadGenerator.arrived(), cpuSeconds(pids), performance.now()];
  await bullmqQueue.resume();
  // Poll the destination first and the database only after the last dispatch: polling the database would distort the figures.
  await until(async () => (await loadGenerator.arrived()) - arrived >= count, longestMs, 'The drain did not finish within 120 s.');
  const last = sagas.map(({ saga_id }) => saga_id).sort().at(-1)!;
  const first = sagas.map(({ saga_id }) => saga_id).sort()[0]!;
  const ended = { status: 'synced', phase: 'ended', _id: { $gte: first, $lte: last } } as object;
  const documents = store.connection.db!.collection(collections.sagas);
  await until(async () => (await documents.countDocuments(ended)) === count, longestMs, 'Not every saga of the drain became synced within 120 s.');
  return rates(count, began, cpuSeconds(pids) - cpu);
};

/** Stores what a baseline works on. Returns the ids. */
const resetsFor = async ({ store, companies, reserve }: Fixture, baseline: BaselineName, count: number): Promise<string[]> => {
  if (baseline === 'noopJobs') return [];
  const from = reserve(count);
  if (baseline === 'minimum' || baseline === 'plainJob') return putFloorResets(store, companies, from, count);
  await putOrders(store, companies, from, count);
  return (await acceptAll(store, companies, from, count)).map(({ saga_id }) => saga_id);
};

/** Measures one baseline with the same load, in a database that no worker sweeps. */
export const drainBaseline = async (harness: Harness, fixture: Fixture, baselineWorkers: BaselineWorkers, baseline: BaselineName, count: number, templates: readonly AnyDocument[]): Promise<Drained> => {
  const { stores, loadGenerator } = harness;
  const sagaIds = await resetsFor(fixture, baseline, count);
  const connection = connectRedis(stores.redisUrl);
  const name = { noopJobs: 'noop', fiveJobs: 'five', plainJob: 'plain' }[baseline as string];
  const queue = name === undefined ? undefined : benchQueue(name, connection);
  await queue?.pause();
  await baselineWorkers.begin(baseline, queue ? [] : sagaIds, templates);
  if (queue) {
    const jobs = Array.from({ length: count }, (_, index) => ({ name: 'step', data: { at: 0, run: { sagaId: sagaIds[index] } }, opts: { jobId: `${sagaIds[index] ?? `round-${Math.round(performance.now())}-${index}`}-0` } }));
    for (let at = 0; at < jobs.length; at += 1_000) await queue.addBulk(jobs.slice(at, at + 1_000));
  }
  await pause(200);
  const pids = [...baselineWorkers.pids, stores.redisPid, stores.mongodbPid, loadGenerator.pid];
  const [cpu, start] = [cpuSeconds(pids), performance.now()];
  await baselineWorkers.go(count, () => queue?.resume() ?? Promise.resolve());
  const drained = rates(count, start, cpuSeconds(pids) - cpu);
  await baselineWorkers.stop();
  await queue?.close();
  connection.disconnect();
  return drained;
};

/** Returns the log of one successful saga. The baselines write copies of its entries. */
export const templatesOf = async ({ store }: Fixture): Promise<AnyDocument[]> => {
  const logs = store.connection.db!.collection<AnyDocument>(collections.logs);
  const last = await logs.findOne({ 'step.name': 'dispatch-reset', 'step.outcome': 'done' });
  const entries = await logs.find({ saga_id: last!['saga_id'] }).sort({ 'journal.seq': 1 }).toArray();
  return JSON.parse(JSON.stringify(entries)) as AnyDocument[];
};

const rates = (count: number, began: number, cpuS: number): Drained => ({
  perS: count / ((performance.now() - began) / 1_000),
  cpuMs: (cpuS * 1_000) / count,
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
