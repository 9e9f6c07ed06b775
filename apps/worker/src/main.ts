import { createDestinations, secretStore } from '@crossroads/destinations';
import { sagaTypes } from '@crossroads/order-reset';
import { openBells, startBellWorker } from '@crossroads/queue';
import { announced, createLog, listen, onShutdown, openMetrics, openTracing, probes, readConfig } from '@crossroads/runtime';
import { createAdvance } from '@crossroads/saga';
import { auditLogRepository, backlogRepository, directoryRepository, journalRepository, lineRepository, openStore, orderRepository, retentionRepository, sagaRepository, sweepRepository } from '@crossroads/store';
import { readFile } from 'node:fs/promises';
import { answerBell } from './answer-bell.js';
import { callableLine } from './callable-line.js';
import { workerConfig } from './config.js';
import { startWatchdog } from './watchdog.js';
import { destinationDirectory } from './destination-directory.js';
import { keepClaims } from './keep-claims.js';
import { aboutEntry, orderSubject } from './log-entries.js';
import { workerMetrics } from './metrics.js';
import { createRetire } from './retire.js';
import { scalingPage } from './scaling.js';
import { createSweep, startSweeping } from './sweep.js';
import { workerTraces } from './traces.js';
import { watchSteps } from './watch/watch-steps.js';
import { watchTurns } from './watch/watch-turns.js';

const config = readConfig(workerConfig, process.env);
const log = createLog({ level: config.LOG_LEVEL, app: 'worker' });
const shutdown = onShutdown({ signals: process, log, deadlineMs: config.SHUTDOWN_DEADLINE_MS });
const store = openStore({
  uri: config.MONGODB_URI,
  operationTimeoutMs: 10_000,
  onConnectError: (error) => log.warn('MongoDB does not answer yet', { error }),
});
await store.ready;
const bells = openBells(config.REDIS_URL, (error) => log.warn('Redis is away', { error }));
const directory = directoryRepository(store);
const destinations = createDestinations({
  instances: destinationDirectory(directory),
  secrets: secretStore({ env: process.env, readFile: (path) => readFile(path, 'utf8') }),
  allowedPrivateHosts: config.DESTINATION_PRIVATE_HOSTS,
  inFlight: config.DESTINATION_IN_FLIGHT,
  pause: async (instanceId, reason) => void (await directory.pause(instanceId, reason)),
});
const orders = announced('orders', orderRepository(store));
const ports = { orders, auditLog: auditLogRepository(store), line: callableLine(lineRepository(store), bells) };
const dispatchRetry = { attempts: config.DISPATCH_ATTEMPTS, firstDelayMs: config.DISPATCH_FIRST_DELAY_MS, maxDelayMs: config.DISPATCH_MAX_DELAY_MS };
const metrics = openMetrics();
const tracing = await openTracing({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, app: 'worker', log });
const traces = tracing && workerTraces(tracing);
const backlog = { ...backlogRepository(store), depth: () => bells.depth() };
const counted = workerMetrics(metrics, {
  ...backlog,
  idleMs: () => worker.idleMs(),
  breakers: () => destinations.states().map(({ breaker }) => breaker),
});
const reached = announced('destinations', traces ? traces.telling(destinations) : destinations);
const types = sagaTypes({ ...ports, destinations: reached, dispatchRetry });
const claims = keepClaims(announced('sagas', sagaRepository(store, types)), log);
const turns = watchTurns(claims.sagas, traces ? [counted.turn, traces.turn] : [counted.turn]);
const watched = watchSteps(types, traces ? [turns.noteStep, counted.step, traces.step] : [turns.noteStep, counted.step]);
const journal = announced('journal', journalRepository(store, orderSubject), aboutEntry);
const advance = claims.lettingGo(createAdvance({ types: watched, sagas: turns.sagas, journal, log }));
const sweep = createSweep({ sagas: sweepRepository(store), orders, bells, log, rungAgain: counted.rungAgain });
const retire = createRetire({ retention: retentionRepository(store), log });
const sweeper = startSweeping(() => sweep().then(retire), config.SWEEP_INTERVAL_MS, log);
const worker = startBellWorker({
  redisUrl: config.REDIS_URL,
  concurrency: config.WORKER_CONCURRENCY,
  answer: turns.during(answerBell(advance, log, turns.about)),
  onError: (error) => log.warn('the bell worker reports', { error }),
});
const probe = probes({
  ready: () => store.ping(),
  alive: () => ({ idle_ms: Math.round(worker.idleMs()) }),
  pages: { '/metrics': metrics.page, '/internal/scaling': scalingPage(backlog) },
});
const server = await listen(probe.listener, config.WORKER_PORT, config.HOST);
const watchdog = startWatchdog({ bells, worker, log, end: () => process.exit(1) });

/** Leaves time to close the rest. */
const inHandMs = config.SHUTDOWN_DEADLINE_MS - 2_000;
shutdown.closing([
  async () => probe.drain(),
  () => watchdog.stop(),
  () => Promise.all([sweeper.stop(inHandMs), worker.close(inHandMs)]),
  () => claims.stop(),
  () => destinations.close(),
  () => bells.close(),
  () => store.close(),
  async () => tracing?.close(),
  () => server.close(),
]);
log.info('worker ready', { concurrency: config.WORKER_CONCURRENCY, probes: server.url });
