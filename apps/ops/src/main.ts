import { closeQueue, openSagaQueue, openQueue } from '@crossroads/saga-bullmq';
import { createLog, listen, onShutdown, openMetrics, probes, readConfig } from '@crossroads/platform';
import { backlogRepository, bulkRepository, intakeRepository, openStore, waitCycles } from '@crossroads/store';
import { createOpsApp } from './app.js';
import { createBulkRunner } from './bulk/bulk-runner.js';
import { createCommands } from './commands/create-commands.js';
import { opsConfig } from './config.js';
import { workersOf } from './landing/workers.js';
import { opsMetrics } from './metrics.js';

const config = readConfig(opsConfig, process.env);
const log = createLog({ level: config.LOG_LEVEL, app: 'ops' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });

const store = openStore({
  uri: config.MONGODB_URI,
  operationTimeoutMs: 5_000,
  onConnectError: (error) => log.warn('MongoDB does not answer yet', { error }),
  onUnknownError: (error) => log.error('MongoDB refuses with a code that is not known; it counts as away until that ends', { code: error.code, error }),
});
store.ready.catch((error: unknown) => log.error('the store is not as it must be; pages may fail', { error }));

const queueName = { name: config.QUEUE_NAME, prefix: config.QUEUE_PREFIX };
const bullmqQueue = openQueue(config.REDIS_URL, (error) => log.warn('Redis is away', { error }), queueName);

const queue = openSagaQueue(config.REDIS_URL, (error) => log.warn('Redis is away', { error }), queueName);
const metrics = openMetrics();
const counted = opsMetrics(metrics, {
  ...backlogRepository(store),
  depth: () => queue.depth(),
  paused: () => queue.paused(),
  workers: workersOf(bullmqQueue),
  cycles: waitCycles(store),
});
const commands = createCommands({ store, queue, log, intake: counted.submitted(intakeRepository(store)) });
const bulks = createBulkRunner({ bulks: bulkRepository(store), commands, log });

const app = createOpsApp({
  store,
  bullmqQueue,
  log,
  environment: config.OPS_ENVIRONMENT,
  secure: config.OPS_SECURE_COOKIES,
  commands,
  bulks,
  timed: counted.timed,
});

const server = await listen(app, config.OPS_PORT, config.HOST);
const probe = probes({ ready: () => store.ping(), pages: { '/metrics': metrics.page } });
const probeServer = await listen(probe.listener, config.METRICS_PORT, config.HOST);
log.info('operator pages are open', { url: server.url, probes: probeServer.url });

shutdown.closing([async () => probe.drain(), () => server.close(), () => bulks.stop(), () => closeQueue(bullmqQueue), () => queue.close(), () => store.close(), () => probeServer.close()]);
