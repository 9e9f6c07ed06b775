import { afterEach, test } from '@jest/globals';
import { openRateCounter } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import { startWatched } from './redis-sentinel.js';
import { started } from './started.js';

const running = started();
afterEach(() => running.stopAll());

/** A primary that Sentinels watch, and one who counts there. */
const counting = async () => {
  const redis = running.keep(await startWatched());
  const counter = openRateCounter(redis.url, () => undefined);
  running.keep({ stop: () => counter.close() });
  const counts = () => counter.add(new Map([['key', 1]]), 60_000);
  await eventually(counts);
  return { redis, counts };
};

test('a connection comes back when another primary is chosen just while it asks who it is', async () => {
  const { redis, counts } = await counting();
  const [first, second, third] = redis.sentinels;
  const before = await redis.primary();
  // Whoever listens to the Sentinels listens by now.
  for (const sentinel of redis.sentinels) await sentinel.ask('PING');
  // Asked and silent, so that the connection is still asking when the third makes the change.
  first.signal('SIGSTOP');
  second.signal('SIGSTOP');
  await before.ask('CLIENT KILL TYPE normal');
  await third.ask('SENTINEL FAILOVER bells');
  await eventually(async () => !/failover_in_progress/.test(await third.ask('SENTINEL MASTER bells')));
  first.signal('SIGCONT');
  second.signal('SIGCONT');
  await eventually(async () => (await redis.primary()) !== before);
  await eventually(counts);
}, 60_000);

test('a connection leaves a primary that hangs for the one that took its place', async () => {
  const { redis, counts } = await counting();
  const before = await redis.primary();
  before.signal('SIGSTOP');
  await eventually(async () => (await redis.primary()) !== before);
  await eventually(counts);
}, 60_000);
