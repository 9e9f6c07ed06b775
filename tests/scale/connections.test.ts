import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { openSagaQueue, openRateCounter, startSagaWorker } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import { startCluster } from './redis-cluster.js';
import { startWatched } from './redis-sentinel.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';
import { started } from './started.js';

/** One kind of Redis: its URL, and the server that has the queue now. */
interface Kind {
  url: string;
  holder(): Promise<RedisServer>;
  stop(): Promise<void>;
}

const oneServer = async (): Promise<Kind> => {
  const server = await startRedis(['--appendonly', 'yes']);
  return { url: `redis://127.0.0.1:${server.port}`, holder: async () => server, stop: () => server.stop() };
};

const watchedPrimary = async (): Promise<Kind> => {
  const watched = await startWatched();
  return { ...watched, holder: () => watched.primary() };
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

let jobsEnqueued = 0;
const enqueue = (queue: SagaQueue): Promise<string> => {
  const sagaId = `saga-${(jobsEnqueued += 1)}`;
  return queue.enqueue({ sagaId, correlationId: 'c', type: 'reset_order', tenantId: 't', epoch: 0 }).then(() => sagaId);
};

/** Bells on this Redis, and a worker that hears them. */
const ringing = (url: string) => {
  const heard = new Set<string>();
  const worker = startSagaWorker({
    redisUrl: url,
    concurrency: 5,
    onError: () => undefined,
    process: async (sagaId) => {
      heard.add(sagaId);
      return { outcome: 'not-due' as const };
    },
  });
  closing.push(() => worker.close(2_000));
  const queue = openSagaQueue(url, () => undefined);
  closing.push(() => queue.close());
  return {
    queue,
    /** Rings until it is heard, as the sweep does: a bell that was taken may be lost with its server. */
    untilReported: () =>
      eventually(async () => {
        const sagaId = await enqueue(queue);
        return eventually(() => heard.has(sagaId), 1_000);
      }, 30_000),
  };
};

/** Milliseconds until it failed. */
const failing = async (attempt: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await expect(attempt).rejects.toThrow();
  return performance.now() - began;
};

/** Promised are about two seconds; the rest is for a machine that is busy. */
const soon = 4_000;

describe.each([
  ['one server', oneServer, true],
  ['a Cluster', startCluster, true],
  // Another server has taken over before it is back; failover.test.ts has that.
  ['a primary that Sentinels watch', watchedPrimary, false],
])('%s', (_, start, comesBack) => {
  const running = started();
  let kind: Kind;
  beforeAll(async () => {
    kind = running.keep(await start());
  }, 60_000);
  afterAll(() => running.stopAll());

  test('counts rates for several processes together', async () => {
    const counters = [0, 1].map(() => openRateCounter(kind.url, () => undefined));
    for (const counter of counters) {
      closing.push(() => counter.close());
      await eventually(() => counter.add(new Map([['here', 1]]), 60_000));
    }
    const totals = await Promise.all(counters.map((counter) => counter.add(new Map([['here', 1], ['there', 2]]), 60_000)));
    expect(Math.max(...totals.map((total) => total.get('there')!))).toBe(4);
  }, 60_000);

  test('fails a bell soon while the server with the queue is paused, and is heard again afterwards', async () => {
    const { queue, untilReported } = ringing(kind.url);
    await untilReported();
    const paused = await kind.holder();
    paused.signal('SIGSTOP');
    expect(await failing(enqueue(queue))).toBeLessThan(soon);
    paused.signal('SIGCONT');
    await untilReported();
  }, 60_000);

  (comesBack ? test : test.skip)('fails a bell soon while the server with the queue is gone, and is heard again when it is back', async () => {
    const { queue, untilReported } = ringing(kind.url);
    await untilReported();
    const killed = await kind.holder();
    killed.signal('SIGKILL');
    await eventually(() => enqueue(queue).then(() => false, () => true));
    expect(await failing(enqueue(queue))).toBeLessThan(soon);
    await killed.restart();
    await untilReported();
  }, 60_000);
});
