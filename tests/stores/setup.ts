import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestStores {
  redisUrl: string;
  mongodbUri: string;
  /** Pid of the first engine process; after a kill there is a new one. */
  mongodbPid: number;
  /** Stops both and deletes their data. */
  end(): Promise<void>;
}

/** Starts a real Redis and a real MongoDB engine as processes with their own folder. */
export const startStores = async (): Promise<TestStores> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-test-'));
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const stores = spawn(process.execPath, ['apps/sandbox/dist/stores/main.js', '--data', dataDir], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(stores, 'exit');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stores.stdout }).once('line', resolve);
    stores.once('exit', () => reject(new Error('The stores did not start. Their output is above.')));
  });
  const { redis_url, mongodb_uri, mongodb_pid } = JSON.parse(line) as { redis_url: string; mongodb_uri: string; mongodb_pid: number };
  return {
    redisUrl: redis_url,
    mongodbUri: mongodb_uri,
    mongodbPid: mongodb_pid,
    async end() {
      stores.stdin.end();
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

export interface WithStores {
  testStores?: TestStores;
}

/** Starts the stores that all test files share, each with its own database. Jest calls this before the run. */
export default async function startSharedStores(): Promise<void> {
  const stores = await startStores();
  process.env['TEST_REDIS_URL'] = stores.redisUrl;
  process.env['TEST_MONGODB_URI'] = stores.mongodbUri;
  (globalThis as WithStores).testStores = stores;
}
