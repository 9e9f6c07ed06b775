import { NotificationsDenied, openSagaQueue, openRateCounter, openSagaSubscription } from '@crossroads/saga-bullmq';
import { createLog, listen, onShutdown, openMetrics, openTracing, probes, readConfigOrExit } from '@crossroads/platform';
import { openStore } from '@crossroads/store';
import { intakeConfig } from './config.js';
import { createIntake, intakeMetrics } from './intake.js';

const config = readConfigOrExit(intakeConfig, process);
const log = createLog({ level: config.LOG_LEVEL, app: 'intake' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });
const store = openStore({
  uri: config.MONGODB_URI,
  // Leaves time to respond with 503 within three seconds.
  operationTimeoutMs: 2_000,
  onConnectError: (error) => log.warn('MongoDB does not respond yet; the connection is retried', { error }),
  onUnknownError: (error) => log.error('MongoDB returned an unknown error code; the store counts as unavailable until the error ends', { code: error.code, error }),
});
const queueName = { name: config.QUEUE_NAME, prefix: config.QUEUE_PREFIX };
const queue = openSagaQueue(config.REDIS_URL, (error) => log.warn('Redis is unavailable; sagas are still accepted and start later', { error }), queueName);
const counter = openRateCounter(config.REDIS_URL, (error) => log.debug('Redis is unavailable; this process counts requests on its own', { error }), queueName);
const subscription = openSagaSubscription(
  config.REDIS_URL,
  // The queue reports an outage of Redis as well.
  (error) => log[error instanceof NotificationsDenied ? 'warn' : 'debug']('Redis does not deliver the notifications of saved sagas; callers that wait are served by polling', { error }),
  queueName,
);
const metrics = openMetrics();
const tracing = await openTracing({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, app: 'intake', log });
const intake = createIntake({
  store,
  queue,
  counter,
  subscription,
  log,
  tokenSecret: config.TOKEN_SECRET,
  limits: { submits: config.SUBMITS_PER_MINUTE, polls: config.POLLS_PER_MINUTE, unauthenticated: config.UNAUTHENTICATED_PER_MINUTE },
  maxActiveResets: config.MAX_ACTIVE_RESETS_PER_TENANT,
  maxConcurrentWaits: config.MAX_CONCURRENT_WAITS,
  trustedProxies: config.TRUSTED_PROXIES,
  metrics: intakeMetrics(metrics),
  tracing,
});
const limitTexts = {
  maxConnections: 'MAX_CONNECTIONS is reached; further connections are closed',
  writeTimeoutMs: 'a caller did not receive a reply within WRITE_TIMEOUT_MS; its connection is closed',
};
const server = await listen(intake.app, config.INTAKE_PORT, config.HOST, {
  log,
  maxConnections: config.MAX_CONNECTIONS,
  writeTimeoutMs: config.WRITE_TIMEOUT_MS,
  onLimit: (limit) => log.warn(limitTexts[limit]),
});
const probe = probes({ ready: () => store.ping(), pages: { '/metrics': metrics.page } });
const probeServer = await listen(probe.listener, config.METRICS_PORT, config.HOST);

shutdown.closing([
  async () => probe.drain(),
  async () => intake.endWaiting(),
  () => server.close(),
  () => queue.close(),
  () => counter.close(),
  () => subscription.close(),
  () => store.close(),
  async () => tracing?.close(),
  () => probeServer.close(),
]);
store.ready.catch((error: unknown) => {
  log.error('MongoDB check failed (missing index?); the intake exits', { error });
  process.exit(1);
});
log.info('intake is listening', { url: server.url, probes: probeServer.url });
