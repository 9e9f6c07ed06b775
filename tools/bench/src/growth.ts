import { collections, entryId } from '@crossroads/store';
import type { Fixture, Harness } from './harness/harness.js';
import { residentMb } from './harness/processes.js';
import type { Companies } from './harness/sample-data.js';
import { newSaga } from './harness/sample-data.js';
import { alignedTable } from './report.js';
import { quantile } from './rounds.js';
import type { Drained } from './rows/drain.js';
import { drainReal } from './rows/drain.js';

const tenants = 1_000;
const far = new Date(Date.now() + 30 * 24 * 3_600_000);
const batchSize = 5_000;

/** Limits the callers to the first `count` companies. */
const withCallers = ({ all }: Companies, count: number): Companies => ({
  all,
  pair: (index) => ({ caller: all[index % count]!, counterparty: all[((index % count) + 1) % all.length]! }),
});

/** Measures the cost of a saga while the amount of other data grows. A `scale` below 1 shrinks the large sizes. */
export const measureGrowth = async (harness: Harness, scale: number, print: (line: string) => void): Promise<string> => {
  const fixture = await harness.fixture('bench_real', tenants);
  const workers = await harness.startWorkers(fixture);
  const lines: string[][] = [['grown', 'sagas/s', 'CPU ms/saga', 'rate ÷ first row', 'CPU ÷ first row', 'worker memory, MB']];
  let first: Drained | undefined;

  const measure = async (name: string, { count = 1_000, deliveries = 2, companies = withCallers(fixture.companies, 10) } = {}): Promise<void> => {
    const on: Fixture = { ...fixture, companies };
    const twice = [await drainReal(harness, on, workers, count, deliveries), await drainReal(harness, on, workers, count, deliveries)];
    const now = { perS: quantile(twice.map(({ perS }) => perS), 0.5), cpuMs: Math.min(...twice.map(({ cpuMs }) => cpuMs)) };
    first ??= now;
    const rss = Math.max(...workers.map(({ pid }) => residentMb(pid)));
    const cells = [name, now.perS.toFixed(0), now.cpuMs.toFixed(2), (now.perS / first.perS).toFixed(2), (now.cpuMs / first.cpuMs).toFixed(2), rss.toFixed(0)];
    print(cells.join('  '));
    lines.push(cells);
  };

  await drainReal(harness, { ...fixture, companies: withCallers(fixture.companies, 10) }, workers, 1_000);
  await measure('none; 10 tenants, 2 BOLs per order');
  for (const count of [1, 1_000]) await measure(`${count} tenants`, { companies: withCallers(fixture.companies, count) });
  for (const [bols, count] of [[0, 1_000], [10, 500], [1_000, 20]] as const) await measure(`${bols} BOLs and drops per order`, { deliveries: bols, count });

  const redis = await redisMemory(harness);
  let waiting = 0;
  for (const size of [1_000, 10_000, 100_000].map((size) => Math.round(size * scale))) {
    await addWaiting(harness, fixture, size - waiting);
    waiting = size;
    await measure(`${size} waiting sagas`);
  }
  const perSaga = ((await redisMemory(harness)) - redis) / waiting;
  const entries = Math.round(1_000_000 * scale);
  await addEntries(fixture, entries);
  await measure(`${entries} more log entries`);
  return `${alignedTable(lines)}\n\nRedis: ${perSaga.toFixed(0)} bytes per waiting saga (target < 2,000).`;
};

/** Stores open sagas that are due in a month, with a delayed job each. */
const addWaiting = async (harness: Harness, { store, companies, reserve }: Fixture, count: number): Promise<void> => {
  const from = reserve(count);
  for (let at = 0; at < count; at += batchSize) {
    const sagas = Array.from({ length: Math.min(batchSize, count - at) }, (_, index) => newSaga(companies, from + at + index));
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
    for (let each = 0; each < queue.length; each += 1_000) await harness.bullmqQueue.addBulk(queue.slice(each, each + 1_000));
  }
};

/** Stores log entries of finished sagas, with the fields that the indexes of the log need. */
const addEntries = async ({ store }: Fixture, count: number): Promise<void> => {
  const logs = store.connection.db!.collection(collections.logs);
  for (let at = 0; at < count; at += batchSize) {
    const entries = Array.from({ length: Math.min(batchSize, count - at) }, (_, index) => {
      const saga_id = `01900000-0000-7000-8000-${String(Math.floor((at + index) / 6)).padStart(12, '0')}`;
      const seq = 1 + ((at + index) % 6);
      return { _id: entryId(saga_id, `${saga_id}:${seq}`), saga_id, date: far, journal: { seq }, ...(seq <= 2 && { metadata: { crossroads_order_id: saga_id.slice(-12) } }) };
    });
    await logs.insertMany(entries, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
};

/** Returns the bytes of memory that Redis uses. */
const redisMemory = async ({ redis }: Harness): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
