import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import { cpuSeconds } from '../../tools/bench/src/harness/processes.js';
import type { Fleet } from './fleet.js';
import { untilIdle, startFleet } from './fleet.js';
import { started } from './started.js';

/** Resets to measure. Opt-in: SCALE_COST=2000 npx jest tests/scale/cost prints the figures of docs/scaling.md. */
const count = Number(process.env['SCALE_COST'] ?? 0);

/** Resets before the measurement, as a warm-up. */
const before = 100;

interface Stores {
  redis_url: string;
  mongodb_uri: string;
  redis_pid: number;
  mongodb_pid: number;
}

const running = started();
let stores: Stores;
let fleet: Fleet;

const measured = count > 0 ? test : test.skip;

/** Separate stores: the counters of a server include all its clients. */
const startStores = async (): Promise<Stores> => {
  const folder = await mkdtemp(join(tmpdir(), 'crossroads-cost-'));
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const child = spawn(process.execPath, ['apps/sandbox/dist/stores/main.js', '--data', folder], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  running.keep({
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as Stores;
};

beforeAll(async () => {
  if (count === 0) return;
  stores = await startStores();
  fleet = running.keep(await startFleet({ mongodbUri: stores.mongodb_uri, redisUrls: [stores.redis_url], intakes: 1, workers: 2, orders: count + before }));
  await fleet.ask(before);
  await untilIdle(fleet, 60_000);
}, 180_000);

afterAll(() => running.stopAll(), 60_000);

const redis = (command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(decodeURIComponent(new URL(stores.redis_url).pathname), () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });

const field = (text: string, name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1]);

/** Figures that only grow. */
const counters = async (): Promise<Record<string, number>> => {
  const { opcounters, metrics, network, wiredTiger } = (await fleet.store.connection.db!.admin().serverStatus()) as Record<string, any>;
  const [stats, commands] = [await redis('INFO stats'), await redis('INFO commandstats')];
  const { redis_pid, mongodb_pid } = stores;
  const pids = fleet.pids();
  const cpuMs = (...of: number[]) => 1_000 * cpuSeconds(of);
  const calls = [...commands.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g)].map(([, name, times]) => [`redis ${name}`, Number(times)] as const);
  return {
    'mongodb inserts': opcounters.insert,
    'mongodb updates': opcounters.update,
    'mongodb queries': opcounters.query,
    'mongodb documents returned': metrics?.document?.returned,
    'mongodb requests': network?.numRequests,
    'mongodb bytes in': network?.bytesIn,
    'mongodb bytes out': network?.bytesOut,
    'mongodb journal bytes': wiredTiger?.log?.['log bytes written'],
    'redis commands': field(stats, 'total_commands_processed'),
    'redis bytes in': field(stats, 'total_net_input_bytes'),
    'redis bytes out': field(stats, 'total_net_output_bytes'),
    ...Object.fromEntries(calls),
    'cpu ms intake': cpuMs(pids['intake-1']!),
    'cpu ms workers': cpuMs(pids['worker-1']!, pids['worker-2']!),
    'cpu ms redis': cpuMs(redis_pid),
    'cpu ms mongodb': cpuMs(mongodb_pid),
  };
};

measured(`what one of ${count} resets costs`, async () => {
  const then = await counters();
  await fleet.ask(count);
  await eventually(async () => (await fleet.store.connection.db!.collection('sagas').countDocuments({ phase: 'ended' })) === before + count, 600_000, 500);
  const now = await counters();
  const each = Object.fromEntries(Object.entries(now).map(([name, value]) => [name, (value - (then[name] ?? 0)) / count]));
  const sizes: Record<string, number> = {};
  for (const name of ['sagas', 'crossroads_logs', 'orders']) {
    const { size, storageSize, totalIndexSize, count: documents } = (await fleet.store.connection.db!.command({ collStats: name })) as Record<string, number>;
    Object.assign(sizes, { [`${name} documents`]: documents, [`${name} bytes each`]: size! / documents!, [`${name} bytes on disk each`]: storageSize! / documents!, [`${name} index bytes each`]: totalIndexSize! / documents! });
  }
  console.log(JSON.stringify({ each: rounded(each), sizes: rounded(sizes) }, null, 1));
  expect(await fleet.violations()).toEqual([]);
}, 900_000);

const rounded = (figures: Record<string, number>) => Object.fromEntries(Object.entries(figures).filter(([, value]) => Math.abs(value) > 0.004).map(([name, value]) => [name, Number(value.toPrecision(3))]));
