import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestStores } from './teardown.js';

/** Starts a real Redis and a real MongoDB engine for the whole run, in a process and a folder of their own. */
export default async function startStores(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-test-'));
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const stores = spawn(process.execPath, ['apps/sandbox/dist/stores/main.js', '--data', dataDir], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stores.stdout }).once('line', resolve);
    stores.once('exit', () => reject(new Error('The stores did not start. What they said stands above.')));
  });
  const { redis_url, mongodb_uri } = JSON.parse(line) as { redis_url: string; mongodb_uri: string };
  process.env['TEST_REDIS_URL'] = redis_url;
  process.env['TEST_MONGODB_URI'] = mongodb_uri;
  (globalThis as TestStores).testStores = { process: stores, dataDir };
}
