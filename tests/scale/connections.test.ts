import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { openSagaQueue, openSagaSubscription, openRateCounter, startSagaWorker } from '@crossroads/saga-bullmq';
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

/** Opens a queue on this Redis and a worker that processes its jobs. */
const openQueueAndWorker = (url: string) => {
  const processed = new Set<string>();
  const worker = startSagaWorker({
    redisUrl: url,
    concurrency: 5,
    onError: () => undefined,
    process: async (sagaId) => {
      processed.add(sagaId);
      return { outcome: 'not-due' as const };
    },
  });
  closing.push(() => worker.close(2_000));
  const queue = openSagaQueue(url, () => undefined);
  closing.push(() => queue.close());
  return {
    queue,
    /** Enqueues until a job is processed, as the sweep does: an accepted job may be lost with its server. */
    untilReported: () =>
      eventually(async () => {
        const sagaId = await enqueue(queue);
        return eventually(() => processed.has(sagaId), 1_000);
      }, 30_000),
  };
};

/** Returns the milliseconds until the attempt failed. */
const failing = async (attempt: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await expect(attempt).rejects.toThrow();
  return performance.now() - began;
};

/** Opens a subscription and returns the sagas it was notified of, and whether it is open. */
const subscribed = (url: string) => {
  const saved = new Set<string>();
  const state = { isOpen: false };
  const subscription = openSagaSubscription(url, () => undefined);
  closing.push(() => subscription.close());
  subscription.listen({ saved: (sagaIds) => sagaIds.forEach((sagaId) => saved.add(sagaId)), opened: () => (state.isOpen = true), closed: () => (state.isOpen = false) });
  subscription.resume();
  return { saved, state, subscription };
};

/** The promise is about two seconds; the rest is for a busy machine. */
const soon = 4_000;

describe.each([
  ['one server', oneServer, true],
  ['a Cluster', startCluster, true],
  // With Sentinels another server becomes primary first; failover.test.ts covers that.
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

  test('notifies the subscribers of saved sagas until they pause', async () => {
    const queue = openSagaQueue(kind.url, () => undefined);
    closing.push(() => queue.close());
    const { saved, state, subscription } = subscribed(kind.url);
    await eventually(() => state.isOpen);
    await eventually(async () => (await queue.count()) >= 0);
    for (const sagaId of ['one', 'two', 'three']) queue.notifySaved(sagaId);
    await eventually(() => saved.size === 3);
    subscription.pause();
    expect(state.isOpen).toBe(false);
  }, 60_000);

  (comesBack ? test : test.skip)('notifications arrive again after the server with the queue was down, and sending one in between is no error', async () => {
    const queue = openSagaQueue(kind.url, () => undefined);
    closing.push(() => queue.close());
    const { saved } = subscribed(kind.url);
    const arrives = (sagaId: string) =>
      eventually(() => {
        queue.notifySaved(sagaId);
        return saved.has(sagaId);
      }, 30_000);
    await arrives('before');
    const killed = await kind.holder();
    killed.signal('SIGKILL');
    await eventually(() => enqueue(queue).then(() => false, () => true));
    queue.notifySaved('during');
    await killed.restart();
    await arrives('after');
  }, 60_000);

  test('enqueue fails soon while the server with the queue is paused, and jobs are processed again later', async () => {
    const { queue, untilReported } = openQueueAndWorker(kind.url);
    await untilReported();
    const paused = await kind.holder();
    paused.signal('SIGSTOP');
    expect(await failing(enqueue(queue))).toBeLessThan(soon);
    paused.signal('SIGCONT');
    await untilReported();
  }, 60_000);

  (comesBack ? test : test.skip)('enqueue fails soon while the server with the queue is down, and jobs are processed again when it is back', async () => {
    const { queue, untilReported } = openQueueAndWorker(kind.url);
    await untilReported();
    const killed = await kind.holder();
    killed.signal('SIGKILL');
    await eventually(() => enqueue(queue).then(() => false, () => true));
    expect(await failing(enqueue(queue))).toBeLessThan(soon);
    await killed.restart();
    await untilReported();
  }, 60_000);
});

describe('a Redis user with an ACL', () => {
  const running = started();
  let server: RedisServer;
  beforeAll(async () => {
    server = running.keep(await startRedis());
  }, 60_000);
  afterAll(() => running.stopAll());

  test('receives and sends notifications if its rules name the channels of the prefix, and otherwise reports the missing rule', async () => {
    await server.ask('ACL SETUSER installation on >secret resetchannels ~{crossroads}:* +@all');
    const url = `redis://installation:secret@127.0.0.1:${server.port}`;
    const errors: Error[] = [];
    const queue = openSagaQueue(url, (error) => errors.push(error));
    closing.push(() => queue.close());
    await eventually(async () => (await queue.count()) >= 0);
    queue.notifySaved('one');
    await eventually(() => errors.length > 0);
    queue.notifySaved('two');
    const rejected: Error[] = [];
    const subscription = openSagaSubscription(url, (error) => rejected.push(error));
    closing.push(() => subscription.close());
    const saved: string[] = [];
    let opened = 0;
    subscription.listen({ saved: (sagaIds) => void saved.push(...sagaIds), opened: () => void opened++, closed: () => undefined });
    subscription.resume();
    await eventually(() => rejected.length > 0);
    for (const error of [errors[0]!, rejected[0]!]) expect(error.message).toContain("Add &{crossroads}:* to the user's ACL.");
    expect(errors).toHaveLength(1);

    await server.ask('ACL SETUSER installation &{crossroads}:*');
    await eventually(() => opened > 0, 30_000);
    queue.notifySaved('three');
    await eventually(() => saved.includes('three'));
    expect(saved).toEqual(['three']);
  }, 60_000);

  test('of one installation does not receive the notifications of another prefix, queue name or database', async () => {
    const url = `redis://127.0.0.1:${server.port}`;
    const own = { name: 'sagas', prefix: 'own' };
    const opened: string[] = [];
    const saved: string[] = [];
    const receive = (label: string, redisUrl: string, queueName: typeof own) => {
      const subscription = openSagaSubscription(redisUrl, () => undefined, queueName);
      closing.push(() => subscription.close());
      subscription.listen({ saved: (sagaIds) => void saved.push(`${label} ${sagaIds.join()}`), opened: () => void opened.push(label), closed: () => undefined });
      subscription.resume();
    };
    receive('prefix', url, { ...own, prefix: 'another' });
    receive('name', url, { ...own, name: 'others' });
    receive('database', `${url}/1`, own);
    receive('own', url, own);
    const queue = openSagaQueue(url, () => undefined, own);
    closing.push(() => queue.close());
    await eventually(async () => opened.length === 4 && (await queue.count()) >= 0);
    queue.notifySaved('one');
    await eventually(() => saved.length > 0);
    expect(saved).toEqual(['own one']);
  }, 60_000);
});
