import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bells } from '@crossroads/queue';
import { openBells, openRateCounter, startBellWorker } from '@crossroads/queue';
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

let bellsRung = 0;
const ring = (bells: Bells): Promise<string> => {
  const sagaId = `saga-${(bellsRung += 1)}`;
  return bells.ring({ sagaId, correlationId: 'c', type: 'reset_order', tenantId: 't', epoch: 0 }).then(() => sagaId);
};

/** Bells on this Redis, and a worker that hears them. */
const ringing = (url: string) => {
  const heard = new Set<string>();
  const worker = startBellWorker({
    redisUrl: url,
    concurrency: 5,
    onError: () => undefined,
    answer: async (sagaId) => {
      heard.add(sagaId);
      return { next: 'over', outcome: { outcome: 'ended' } };
    },
  });
  closing.push(() => worker.close(2_000));
  const bells = openBells(url, () => undefined);
  closing.push(() => bells.close());
  return {
    bells,
    /** Rings until it is heard, as the sweep does: a bell that was taken may be lost with its server. */
    untilHeard: () =>
      eventually(async () => {
        const sagaId = await ring(bells);
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
    const { bells, untilHeard } = ringing(kind.url);
    await untilHeard();
    const paused = await kind.holder();
    paused.signal('SIGSTOP');
    expect(await failing(ring(bells))).toBeLessThan(soon);
    paused.signal('SIGCONT');
    await untilHeard();
  }, 60_000);

  (comesBack ? test : test.skip)('fails a bell soon while the server with the queue is gone, and is heard again when it is back', async () => {
    const { bells, untilHeard } = ringing(kind.url);
    await untilHeard();
    const killed = await kind.holder();
    killed.signal('SIGKILL');
    await eventually(() => ring(bells).then(() => false, () => true));
    expect(await failing(ring(bells))).toBeLessThan(soon);
    await killed.restart();
    await untilHeard();
  }, 60_000);
});
