import type { Destinations, OrderQueue, Orders } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { Log } from '@crossroads/platform';
import { withFailpoints } from '@crossroads/platform';
import type { Entry, SagaObserver } from '@crossroads/saga';
import { createSagaRunner } from '@crossroads/saga';
import type { SagaQueue, SagaWorkerOptions } from '@crossroads/saga-bullmq';
import type { OrderQueueRepository, SagaMetadata, Store } from '@crossroads/store';
import { auditLogRepository, journalRepository, orderQueueRepository, sagaRepository } from '@crossroads/store';
import type { WorkerConfig } from './config.js';
import { processJob } from './process-job.js';
import { renewClaims } from './renew-claims.js';
import type { Telemetry } from './telemetry.js';

export interface SagaProcessorParts {
  config: WorkerConfig;
  log: Log;
  store: Store;
  queue: SagaQueue;
  orders: Orders;
  destinations: Destinations;
  telemetry: Telemetry;
}

export interface SagaProcessor {
  process: SagaWorkerOptions['process'];
  stop(): Promise<void>;
}

/** Connects the saga types with their ports, and the kernel with claim renewal and telemetry. */
export const createSagaProcessor = ({ config, log, store, queue, orders, destinations, telemetry }: SagaProcessorParts): SagaProcessor => {
  const types = sagaTypes({
    orders,
    auditLog: auditLogRepository(store),
    orderQueue: wakingOrderQueue(orderQueueRepository(store), queue),
    destinations: withFailpoints('destinations', telemetry.withTracing(destinations)),
    dispatchRetry: { attempts: config.DISPATCH_ATTEMPTS, firstDelayMs: config.DISPATCH_FIRST_DELAY_MS, maxDelayMs: config.DISPATCH_MAX_DELAY_MS },
  });
  const claims = renewClaims(withFailpoints('sagas', sagaRepository(store, types)), log);
  const journal = withFailpoints('journal', journalRepository(store), entryPoint);
  const notifier: SagaObserver<SagaMetadata> = { stateSaved: ({ sagaId }) => queue.notifySaved(sagaId) };
  return {
    process: processJob(createSagaRunner({ types, sagas: claims.sagas, journal, log, observers: [claims.observer, notifier, ...telemetry.observers] }), log),
    stop: () => claims.stop(),
  };
};

/** The order queue, which enqueues the next waiting saga. */
const wakingOrderQueue = (sagas: OrderQueueRepository, queue: SagaQueue): OrderQueue => ({
  blockedBy: (order, sagaId) => sagas.blockedBy(order, sagaId),
  async wakeNext(order) {
    const next = await sagas.next(order);
    // Best effort: a waiting saga that is not woken retries by itself.
    if (next) await queue.enqueue(next).catch(() => undefined);
  },
});

/** Names a journal write by its step and outcome, so that a crash campaign can end the process exactly there. */
const entryPoint = (method: string, [entry]: unknown[]): string | undefined => {
  if (method !== 'write') return undefined;
  const { step } = entry as Entry;
  return `${step.name}:${step.direction}:${step.outcome}`;
};
