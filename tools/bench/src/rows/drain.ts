import { collections } from '@crossroads/store';
import { benchQueue, connect } from '../baselines/bench-queue.js';
import type { AnyDocument } from '../baselines/document.js';
import type { BaselineName } from '../baselines/baseline-process.js';
import type { Pair } from '../baselines/pair.js';
import { putOrders } from '../world/orders.js';
import { acceptAll, enqueueAll } from '../world/sagas.js';
import { cpuSeconds } from '../world/usage.js';
import type { Fixture, World } from '../world/world.js';
import { until } from '../world/world.js';

export interface Drained {
  perS: number;
  /** CPU milliseconds a saga, over every process that had a part in it. */
  cpuMs: number;
}

const longestMs = 120_000;

/** Accepts `count` resets in bulk with nobody at work, lets the workers go, and times them until every saga is `synced`. */
export const drainReal = async (world: World, fixture: Fixture, workers: readonly { pid: number }[], count: number, deliveries = 2): Promise<Drained> => {
  const { outside, bullmqQueue, queue, stores } = world;
  const { store, companies } = fixture;
  const from = fixture.take(count);
  await putOrders(store, companies, from, count, deliveries);
  await bullmqQueue.pause();
  const sagas = await acceptAll(store, companies, from, count);
  await enqueueAll(queue, sagas);
  await pause(200);
  const pids = [...workers.map(({ pid }) => pid), stores.redisPid, stores.mongodbPid, outside.pid];
  const [arrived, cpu, began] = [await outside.arrived(), cpuSeconds(pids), performance.now()];
  await bullmqQueue.resume();
  // The sink is asked until the last dispatch has come; only then the database, so that asking costs nothing while it counts.
  await until(async () => (await outside.arrived()) - arrived >= count, longestMs, 'The drain did not come to its end.');
  const last = sagas.map(({ saga_id }) => saga_id).sort().at(-1)!;
  const first = sagas.map(({ saga_id }) => saga_id).sort()[0]!;
  const ended = { status: 'synced', phase: 'ended', _id: { $gte: first, $lte: last } } as object;
  const documents = store.connection.db!.collection(collections.sagas);
  await until(async () => (await documents.countDocuments(ended)) === count, longestMs, 'Not every saga of the drain was synced.');
  return rates(count, began, cpuSeconds(pids) - cpu);
};

/** The same load for one floor, in a database that no worker sweeps. */
export const drainBaseline = async (world: World, fixture: Fixture, pair: Pair, baseline: BaselineName, count: number, templates: readonly AnyDocument[]): Promise<Drained> => {
  const { stores, outside } = world;
  let sagaIds: string[] = [];
  if (baseline !== 'noopJobs') {
    const from = fixture.take(count);
    await putOrders(fixture.store, fixture.companies, from, count);
    sagaIds = (await acceptAll(fixture.store, fixture.companies, from, count)).map(({ saga_id }) => saga_id);
  }
  const connection = connect(stores.redisUrl);
  const name = { noopJobs: 'noop', fiveJobs: 'five' }[baseline as string];
  const queue = name === undefined ? undefined : benchQueue(name, connection);
  await queue?.pause();
  await pair.begin(baseline, queue ? [] : sagaIds, templates);
  if (queue) {
    const jobs = Array.from({ length: count }, (_, index) => ({ name: 'step', data: { at: 0, run: { sagaId: sagaIds[index] } }, opts: { jobId: `${sagaIds[index] ?? `round-${Math.round(performance.now())}-${index}`}-0` } }));
    for (let at = 0; at < jobs.length; at += 1_000) await queue.addBulk(jobs.slice(at, at + 1_000));
  }
  await pause(200);
  const pids = [...pair.pids, stores.redisPid, stores.mongodbPid, outside.pid];
  const [cpu, start] = [cpuSeconds(pids), performance.now()];
  await pair.go(count, () => queue?.resume() ?? Promise.resolve());
  const drained = rates(count, start, cpuSeconds(pids) - cpu);
  await pair.stop();
  await queue?.close();
  connection.disconnect();
  return drained;
};

/** The log of one saga that went through, for the floors to write as much. */
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
