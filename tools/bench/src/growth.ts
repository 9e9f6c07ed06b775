import { collections, entryId } from '@crossroads/store';
import { aligned } from './report/table.js';
import { quantile } from './report/rounds.js';
import type { Drained } from './rows/drain.js';
import { drainReal } from './rows/drain.js';
import type { Companies } from './world/companies.js';
import { newSaga } from './world/sagas.js';
import { residentMb } from './world/usage.js';
import type { Fixture, World } from './world/world.js';

const tenants = 1_000;
const far = new Date(Date.now() + 30 * 24 * 3_600_000);
const page = 5_000;

/** Only the first `count` companies call. */
const callingOnly = ({ all }: Companies, count: number): Companies => ({
  all,
  pair: (index) => ({ caller: all[index % count]!, counterparty: all[((index % count) + 1) % all.length]! }),
});

/** What a saga costs to drain while there is more and more of everything else. `scale` shrinks the large sizes, 1 being the issue's. */
export const measureGrowth = async (world: World, scale: number, say: (line: string) => void): Promise<string> => {
  const fixture = await world.fixture('bench_real', tenants);
  const workers = await world.startWorkers(fixture);
  const lines: string[][] = [['grown', 'sagas/s', 'CPU ms/saga', 'of the first: rate', 'CPU', 'worker RSS, MB']];
  let first: Drained | undefined;

  const measure = async (name: string, { count = 1_000, deliveries = 2, companies = callingOnly(fixture.companies, 10) } = {}): Promise<void> => {
    const on: Fixture = { ...fixture, companies };
    const twice = [await drainReal(world, on, workers, count, deliveries), await drainReal(world, on, workers, count, deliveries)];
    const now = { perS: quantile(twice.map(({ perS }) => perS), 0.5), cpuMs: Math.min(...twice.map(({ cpuMs }) => cpuMs)) };
    first ??= now;
    const rss = Math.max(...workers.map(({ pid }) => residentMb(pid)));
    const cells = [name, now.perS.toFixed(0), now.cpuMs.toFixed(2), (now.perS / first.perS).toFixed(2), (now.cpuMs / first.cpuMs).toFixed(2), rss.toFixed(0)];
    say(cells.join('  '));
    lines.push(cells);
  };

  await drainReal(world, { ...fixture, companies: callingOnly(fixture.companies, 10) }, workers, 1_000);
  await measure('nothing else; 10 tenants, 2 BOLs an order');
  for (const count of [1, 1_000]) await measure(`${count} tenants`, { companies: callingOnly(fixture.companies, count) });
  for (const [bols, count] of [[0, 1_000], [10, 500], [1_000, 20]] as const) await measure(`${bols} BOLs and drops an order`, { deliveries: bols, count });

  const redis = await redisMemory(world);
  let resting = 0;
  for (const size of [1_000, 10_000, 100_000].map((size) => Math.round(size * scale))) {
    await addResting(world, fixture, size - resting);
    resting = size;
    await measure(`${size} sagas at rest`);
  }
  const perSaga = ((await redisMemory(world)) - redis) / resting;
  const entries = Math.round(1_000_000 * scale);
  await addEntries(fixture, entries);
  await measure(`and a log of ${entries} entries more`);
  return `${aligned(lines)}\n\nRedis: ${perSaga.toFixed(0)} bytes for each saga at rest (target < 2,000).`;
};

/** Sagas that are open, have a bell each, and are due in a month. */
const addResting = async (world: World, { store, companies, take }: Fixture, count: number): Promise<void> => {
  const from = take(count);
  for (let at = 0; at < count; at += page) {
    const sagas = Array.from({ length: Math.min(page, count - at) }, (_, index) => newSaga(companies, from + at + index));
    const documents = sagas.map(({ saga_id, ...saga }) => ({
      _id: saga_id,
      ...saga,
      status: 'destination_mapped',
      phase: 'retrying',
      step: 'dispatch-reset',
      epoch: 1,
      settled_epoch: 1,
      failures: 1,
      resumed: false,
      updated_at: saga.accepted_at,
      next_run_at: far,
    }));
    await Promise.all(documents.map((document) => store.commit.insert(collections.sagas, document)));
    const queue = sagas.map(({ saga_id, correlation_id, type }) => ({
      name: type,
      data: { saga_id, correlation_id },
      opts: { jobId: `saga-${saga_id}-e0`, delay: far.getTime() - Date.now() },
    }));
    for (let each = 0; each < queue.length; each += 1_000) await world.bullmqQueue.addBulk(queue.slice(each, each + 1_000));
  }
};

/** Entries of sagas long ended, with what the indexes of the log are made of. */
const addEntries = async ({ store }: Fixture, count: number): Promise<void> => {
  const logs = store.connection.db!.collection(collections.logs);
  for (let at = 0; at < count; at += page) {
    const entries = Array.from({ length: Math.min(page, count - at) }, (_, index) => {
      const saga_id = `01900000-0000-7000-8000-${String(Math.floor((at + index) / 6)).padStart(12, '0')}`;
      const seq = 1 + ((at + index) % 6);
      return { _id: entryId(saga_id, `${saga_id}:${seq}`), saga_id, date: far, journal: { seq }, metadata: { crossroads_order_id: saga_id.slice(-12) } };
    });
    await logs.insertMany(entries, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
};

/** Bytes that Redis holds. */
const redisMemory = async ({ redis }: World): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
