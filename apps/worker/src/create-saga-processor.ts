import type { Destinations, Orders } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { Log } from '@crossroads/platform';
import { withFailpoints } from '@crossroads/platform';
import { createSagaRunner } from '@crossroads/saga';
import type { SagaQueue, SagaWorkerOptions } from '@crossroads/saga-bullmq';
import type { Store } from '@crossroads/store';
import { auditLogRepository, journalRepository, orderQueueRepository, sagaRepository } from '@crossroads/store';
import type { WorkerConfig } from './config.js';
import { entryPoint, orderSubject } from './log-entries.js';
import { processJob } from './process-job.js';
import { renewClaims } from './renew-claims.js';
import type { Telemetry } from './telemetry.js';
import { wakingOrderQueue } from './waking-order-queue.js';

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
  const journal = withFailpoints('journal', journalRepository(store, orderSubject), entryPoint);
  return {
    process: processJob(createSagaRunner({ types, sagas: claims.sagas, journal, log, observers: [claims.observer, ...telemetry.observers] }), log),
    stop: () => claims.stop(),
  };
};
