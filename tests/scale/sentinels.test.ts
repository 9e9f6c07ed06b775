import { afterEach, test } from '@jest/globals';
import { openRateCounter } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import { startWatched } from './redis-sentinel.js';
import { started } from './started.js';

const running = started();
afterEach(() => running.stopAll());

/** A primary that Sentinels monitor, and a rate counter on it. */
const counting = async () => {
  const redis = running.keep(await startWatched());
  const counter = openRateCounter(redis.url, () => undefined);
  running.keep({ stop: () => counter.close() });
  const counts = () => counter.add(new Map([['key', 1]]), 60_000);
  await eventually(counts);
  return { redis, counts };
};

test('a connection recovers when another primary is elected while it queries the Sentinels', async () => {
  const { redis, counts } = await counting();
  const [first, second, third] = redis.sentinels;
  const before = await redis.primary();
  // By now the client has subscribed to the Sentinels.
  for (const sentinel of redis.sentinels) await sentinel.ask('PING');
  // These Sentinels do not reply, so the connection is still querying when the third one elects another primary.
  first.signal('SIGSTOP');
  second.signal('SIGSTOP');
  await before.ask('CLIENT KILL TYPE normal');
  await third.ask('SENTINEL FAILOVER crossroads');
  await eventually(async () => !/failover_in_progress/.test(await third.ask('SENTINEL MASTER crossroads')));
  first.signal('SIGCONT');
  second.signal('SIGCONT');
  await eventually(async () => (await redis.primary()) !== before);
  await eventually(counts);
}, 60_000);

test('a connection leaves a hanging primary for the newly elected one', async () => {
  const { redis, counts } = await counting();
  const before = await redis.primary();
  before.signal('SIGSTOP');
  await eventually(async () => (await redis.primary()) !== before);
  await eventually(counts);
}, 60_000);
