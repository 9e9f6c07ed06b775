import { collections } from '@crossroads/store';
import { benchQueue, connect } from '../floors/bench-queue.js';
import type { AnyDocument } from '../floors/document.js';
import type { FloorName } from '../floors/floor-process.js';
import type { Pair } from '../floors/pair.js';
import { putOrders } from '../world/orders.js';
import { acceptAll, ringAll } from '../world/sagas.js';
import { cpuSeconds } from '../world/usage.js';
import type { Ground, World } from '../world/world.js';
import { until } from '../world/world.js';

export interface Drained {
  perS: number;
  /** CPU milliseconds a saga, over every process that had a part in it. */
  cpuMs: number;
}

const longestMs = 120_000;

/** Accepts `count` resets in bulk with nobody at work, lets the workers go, and times them until every saga is `synced`. */
export const drainReal = async (world: World, ground: Ground, workers: readonly { pid: number }[], count: number, deliveries = 2): Promise<Drained> => {
  const { outside, queue, bells, stores } = world;
  const { store, companies } = ground;
  const from = ground.take(count);
  await putOrders(store, companies, from, count, deliveries);
  await queue.pause();
  const sagas = await acceptAll(store, companies, from, count);
  await ringAll(bells, sagas);
  await pause(200);
  const pids = [...workers.map(({ pid }) => pid), stores.redisPid, stores.mongodbPid, outside.pid];
  const [arrived, cpu, began] = [await outside.arrived(), cpuSeconds(pids), performance.now()];
  await queue.resume();
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
export const drainFloor = async (world: World, ground: Ground, pair: Pair, floor: FloorName, count: number, templates: readonly AnyDocument[]): Promise<Drained> => {
  const { stores, outside } = world;
  let sagaIds: string[] = [];
  if (floor !== 'noopJobs') {
    const from = ground.take(count);
    await putOrders(ground.store, ground.companies, from, count);
    sagaIds = (await acceptAll(ground.store, ground.companies, from, count)).map(({ saga_id }) => saga_id);
  }
  const connection = connect(stores.redisUrl);
  const name = { noopJobs: 'noop', fiveJobs: 'five' }[floor as string];
  const queue = name === undefined ? undefined : benchQueue(name, connection);
  await queue?.pause();
  await pair.begin(floor, queue ? [] : sagaIds, templates);
  if (queue) {
    const jobs = Array.from({ length: count }, (_, index) => ({ name: 'step', data: { at: 0, baton: { sagaId: sagaIds[index] } }, opts: { jobId: `${sagaIds[index] ?? `round-${Math.round(performance.now())}-${index}`}-0` } }));
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
export const templatesOf = async ({ store }: Ground): Promise<AnyDocument[]> => {
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
