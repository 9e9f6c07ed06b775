import { closeQueue, openSagaQueue, openQueue } from '@crossroads/saga-bullmq';
import { createLog, listen, onShutdown, openMetrics, probes, readConfigOrExit } from '@crossroads/platform';
import { backlogRepository, bulkRepository, intakeRepository, openStore, waitCycles } from '@crossroads/store';
import { createOpsApp } from './app.js';
import { createBulkRunner } from './bulk/bulk-runner.js';
import { createCommands } from './commands/create-commands.js';
import { opsConfig } from './config.js';
import { opsMetrics } from './metrics.js';
import { connectedWorkers } from './queue/queue-status.js';

const config = readConfigOrExit(opsConfig, process);
const log = createLog({ level: config.LOG_LEVEL, app: 'ops' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });

const store = openStore({
  uri: config.MONGODB_URI,
  operationTimeoutMs: 5_000,
  onConnectError: (error) => log.warn('could not connect to MongoDB; retrying', { error }),
  onUnknownError: (error) => log.error('MongoDB returned an unknown error code; it is treated as unavailable', { code: error.code, error }),
});
store.ready.catch((error: unknown) => log.error('MongoDB check failed (missing index?); pages may fail', { error }));

const queueName = { name: config.QUEUE_NAME, prefix: config.QUEUE_PREFIX };
const bullmqQueue = openQueue(config.REDIS_URL, (error) => log.warn('Redis connection failed; retrying', { error }), queueName);

const queue = openSagaQueue(config.REDIS_URL, (error) => log.warn('Redis connection failed; retrying', { error }), queueName);
const metrics = openMetrics();
const { httpDurations, submitted } = opsMetrics(metrics, {
  ...backlogRepository(store),
  depth: () => queue.depth(),
  paused: () => queue.paused(),
  workers: connectedWorkers(bullmqQueue),
  cycles: waitCycles(store),
});
const commands = createCommands({ store, queue, log, intake: submitted(intakeRepository(store)) });
const bulks = createBulkRunner({ bulks: bulkRepository(store), commands, log });

const app = createOpsApp({
  store,
  bullmqQueue,
  log,
  environment: config.OPS_ENVIRONMENT,
  secure: config.OPS_SECURE_COOKIES,
  trustedProxies: config.TRUSTED_PROXIES,
  sessionLifetime: { idleMs: config.OPS_SESSION_IDLE_MS, maxMs: config.OPS_SESSION_MAX_MS },
  commands,
  bulks,
  httpDurations,
});

const server = await listen(app, config.OPS_PORT, config.HOST, { log });
const probe = probes({ ready: () => store.ping(), pages: { '/metrics': metrics.page } });
const probeServer = await listen(probe.listener, config.METRICS_PORT, config.HOST);
log.info('operator pages are listening', { url: server.url, probes: probeServer.url });

shutdown.closing([async () => probe.drain(), () => server.close(), () => bulks.stop(), () => closeQueue(bullmqQueue), () => queue.close(), () => store.close(), () => probeServer.close()]);
