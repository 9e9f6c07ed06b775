import { openSagaQueue, startSagaWorker } from '@crossroads/saga-bullmq';
import { withFailpoints, createLog, listen, onShutdown, probes, readConfigOrExit } from '@crossroads/platform';
import { backlogRepository, openStore, orderRepository, recoveryRepository, retentionRepository, sweepRepository } from '@crossroads/store';
import { workerConfig } from './config.js';
import { createSagaProcessor } from './create-saga-processor.js';
import { openDestinations } from './open-destinations.js';
import { createRecoverLapsed } from './recover-lapsed.js';
import { createPurge } from './purge.js';
import { createSweep, startSweeping } from './sweep.js';
import { openTelemetry } from './telemetry.js';
import { startWatchdog } from './watchdog.js';

const config = readConfigOrExit(workerConfig, process);
const log = createLog({ level: config.LOG_LEVEL, app: 'worker' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });
const store = openStore({
  uri: config.MONGODB_URI,
  operationTimeoutMs: 10_000,
  onConnectError: (error) => log.warn('MongoDB is not reachable yet', { error }),
  onUnknownError: (error) => log.error('MongoDB rejects operations with an unlisted code; they are retried', { code: error.code, error }),
});
await store.ready;

const queueName = { name: config.QUEUE_NAME, prefix: config.QUEUE_PREFIX };
const queue = openSagaQueue(config.REDIS_URL, (error) => log.warn('Redis reports an error; jobs and notifications may be late', { error }), queueName);
const orders = withFailpoints('orders', orderRepository(store));
const destinations = openDestinations(config, store, process.env);
const telemetry = await openTelemetry({
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  log,
  readings: { ...backlogRepository(store), depth: () => queue.depth(), paused: () => queue.paused(), idleMs: () => worker.idleMs(), breakers: () => destinations.states().map(({ breaker }) => breaker) },
});

/** Milliseconds between two scans for sagas whose lease has run out. */
const recoverEveryMs = 1_000;

/** The same in an idle system. With its random part at most three seconds, which is what the scan promises for `idle`. */
const idleRecoverEveryMs = 2_400;

const processor = createSagaProcessor({ config, log, store, queue, orders, destinations, telemetry });
const worker = startSagaWorker({
  redisUrl: config.REDIS_URL,
  concurrency: config.WORKER_CONCURRENCY,
  process: processor.process,
  onError: (error) => log.warn('BullMQ reports an error', { error }),
  queueName,
});
const sweep = createSweep({ sagas: sweepRepository(store), queue, log, reenqueued: telemetry.reenqueued });
const purge = createPurge({ retention: retentionRepository(store), log });
const sweeper = startSweeping(() => sweep().then(purge), config.SWEEP_INTERVAL_MS, log);
const recovering = startSweeping(createRecoverLapsed({ sagas: recoveryRepository(store), queue }), recoverEveryMs, log, 'the scan for sagas of dead workers', idleRecoverEveryMs);
const watchdog = startWatchdog({ queue, worker, log, end: () => process.exit(1) });

const probe = probes({ ready: () => store.ping(), alive: () => ({ idle_ms: Math.round(worker.idleMs()) }), pages: telemetry.pages });
const server = await listen(probe.listener, config.WORKER_PORT, config.HOST);

/** Leaves time to close the rest. */
const activeMs = config.SHUTDOWN_DEADLINE_MS - 2_000;
shutdown.closing([
  async () => probe.drain(),
  () => watchdog.stop(),
  () => Promise.all([sweeper.stop(activeMs), recovering.stop(activeMs), worker.close(activeMs)]),
  () => processor.stop(),
  () => destinations.close(),
  () => queue.close(),
  () => store.close(),
  () => telemetry.close(),
  () => server.close(),
]);
log.info('worker ready', { concurrency: config.WORKER_CONCURRENCY, probes: server.url });
