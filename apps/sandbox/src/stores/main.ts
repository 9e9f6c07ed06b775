/**
 * Starts only the two stores: `main.js --data <folder>`. Prints one line of JSON once both are ready:
 * `{"redis_url","mongodb_uri","redis_pid","mongodb_pid"}`. Stops both on SIGTERM, SIGINT, SIGHUP or the end of stdin.
 * When REDIS_URL or MONGODB_URI is set, that store is used instead, and its pid is null.
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

const stopping = new AbortController();
const options: StoreOptions = {
  dataDir: resolve(data),
  cacheDir: process.env['SANDBOX_CACHE'] ?? fileURLToPath(new URL('../../../../.cache', import.meta.url)),
  signal: stopping.signal,
};
const supervisor = createSupervisor({
  onEvent: (event) => {
    if (event.type === 'exited' && !stopping.signal.aborted) console.error(`${event.name} (process ${event.pid}) ended; restarting it`);
  },
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => stopping.abort());
process.stdin.resume();
stopping.signal.addEventListener('abort', () => void supervisor.stopAll());

const starting = [
  process.env['REDIS_URL'] ?? started(redisService(options)),
  process.env['MONGODB_URI'] ?? started(mongodbService(options)),
];
try {
  const [redis_url, mongodb_uri] = await Promise.all(starting);
  const { redis: redis_pid = null, mongodb: mongodb_pid = null } = supervisor.pids();
  console.log(JSON.stringify({ redis_url, mongodb_uri, redis_pid, mongodb_pid }));
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  stopping.abort();
}
if (!stopping.signal.aborted) await new Promise<void>((done) => stopping.signal.addEventListener('abort', () => done()));
// An aborted download still has to remove its folder.
await Promise.allSettled(starting);
await supervisor.stopAll();
process.exit();

async function started(creating: Promise<StoreService>): Promise<string> {
  const service = await creating;
  await supervisor.start(service);
  return service.url;
}
