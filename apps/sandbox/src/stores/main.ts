/**
 * Just the two stores: `main.js --data <folder>`. Prints one line of JSON once both answer,
 * `{"redis_url","mongodb_uri","redis_pid","mongodb_pid"}`, and stops both on SIGTERM, SIGINT, SIGHUP or the end of stdin.
 * A store named by REDIS_URL or MONGODB_URI is used as it is, and its pid is null.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSupervisor } from '../supervisor/supervisor.js';
import { mongodbService } from './mongodb-service.js';
import { redisService } from './redis-service.js';
import type { StoreOptions, StoreService } from './store-service.js';

const { data } = parseArgs({ options: { data: { type: 'string' } } }).values;
if (!data) throw new Error('usage: main.js --data <folder>');

const leaving = new AbortController();
const options: StoreOptions = {
  dataDir: resolve(data),
  cacheDir: process.env['SANDBOX_CACHE'] ?? fileURLToPath(new URL('../../../../.cache', import.meta.url)),
  signal: leaving.signal,
};
const supervisor = createSupervisor({
  onEvent: (event) => {
    if (event.type === 'exited' && !leaving.signal.aborted) console.error(`${event.name} (process ${event.pid}) ended; starting it again`);
  },
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => leaving.abort());
for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => leaving.abort());
process.stdin.resume();
leaving.signal.addEventListener('abort', () => void supervisor.stopAll());

const starting = [
  process.env['REDIS_URL'] ?? started(redisService(options)),
  process.env['MONGODB_URI'] ?? started(mongodbService(options)),
];
try {
  const [redis_url, mongodb_uri] = await Promise.all(starting);
  const { redis: redis_pid = null, mongodb: mongodb_pid = null } = supervisor.pids();
  console.log(JSON.stringify({ redis_url, mongodb_uri, redis_pid, mongodb_pid }));
} catch (error) {
  if (!leaving.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  leaving.abort();
}
if (!leaving.signal.aborted) await new Promise<void>((done) => leaving.signal.addEventListener('abort', () => done()));
// A fetch that was given up still has its half-filled folder to remove.
await Promise.allSettled(starting);
await supervisor.stopAll();
process.exit();

async function started(coming: Promise<StoreService>): Promise<string> {
  const service = await coming;
  await supervisor.start(service);
  return service.url;
}
