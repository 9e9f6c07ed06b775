import { openBells, startBellWorker } from '@crossroads/queue';
import { announced, createLog, listen, onShutdown, probes, readConfig } from '@crossroads/runtime';
import { backlogRepository, openStore, orderRepository, recoveryRepository, retentionRepository, sweepRepository } from '@crossroads/store';
import { workerConfig } from './config.js';
import { openDestinations } from './open-destinations.js';
import { openTurns } from './open-turns.js';
import { createRecoverLapsed } from './recover-lapsed.js';
import { createRetire } from './retire.js';
import { createSweep, startSweeping } from './sweep.js';
import { openWatch } from './watch/open-watch.js';
import { startWatchdog } from './watchdog.js';

const config = readConfig(workerConfig, process.env);
const log = createLog({ level: config.LOG_LEVEL, app: 'worker' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });
const store = openStore({
  uri: config.MONGODB_URI,
  operationTimeoutMs: 10_000,
  onConnectError: (error) => log.warn('MongoDB does not answer yet', { error }),
  onUnknownError: (error) => log.error('MongoDB refuses with a code that is not known; it counts as away until that ends', { code: error.code, error }),
});
await store.ready;

const place = { name: config.QUEUE_NAME, prefix: config.QUEUE_PREFIX };
const bells = openBells(config.REDIS_URL, (error) => log.warn('Redis is away', { error }), place);
const orders = announced('orders', orderRepository(store));
const destinations = openDestinations(config, store, process.env);
const watch = await openWatch({
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  log,
  looks: { ...backlogRepository(store), depth: () => bells.depth(), paused: () => bells.paused(), idleMs: () => worker.idleMs(), breakers: () => destinations.states().map(({ breaker }) => breaker) },
});

/** A saga whose lease has run out waits for this, once, until it is found. */
const recoverEveryMs = 1_000;

const turns = openTurns({ config, log, store, bells, orders, destinations, watch });
const worker = startBellWorker({
  redisUrl: config.REDIS_URL,
  concurrency: config.WORKER_CONCURRENCY,
  answer: turns.answer,
  onError: (error) => log.warn('the bell worker reports', { error }),
  place,
});
const sweep = createSweep({ sagas: sweepRepository(store), orders, bells, log, rungAgain: watch.rungAgain });
const retire = createRetire({ retention: retentionRepository(store), log });
const sweeper = startSweeping(() => sweep().then(retire), config.SWEEP_INTERVAL_MS, log);
const recovering = startSweeping(createRecoverLapsed({ sagas: recoveryRepository(store), bells }), recoverEveryMs, log, 'a scan for what dead workers left');
const watchdog = startWatchdog({ bells, worker, log, end: () => process.exit(1) });

const probe = probes({ ready: () => store.ping(), alive: () => ({ idle_ms: Math.round(worker.idleMs()) }), pages: watch.pages });
const server = await listen(probe.listener, config.WORKER_PORT, config.HOST);

/** Leaves time to close the rest. */
const inHandMs = config.SHUTDOWN_DEADLINE_MS - 2_000;
shutdown.closing([
  async () => probe.drain(),
  () => watchdog.stop(),
  () => Promise.all([sweeper.stop(inHandMs), recovering.stop(inHandMs), worker.close(inHandMs)]),
  () => turns.stop(),
  () => destinations.close(),
  () => bells.close(),
  () => store.close(),
  () => watch.close(),
  () => server.close(),
]);
log.info('worker ready', { concurrency: config.WORKER_CONCURRENCY, probes: server.url });
