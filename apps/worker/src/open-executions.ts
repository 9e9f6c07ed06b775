import type { Destinations, Orders } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import { withFailpoints } from '@crossroads/platform';
import { createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, journalRepository, orderQueueRepository, sagaRepository } from '@crossroads/store';
import { processJob } from './process-job.js';
import { wakingOrderQueue } from './waking-order-queue.js';
import type { WorkerConfig } from './config.js';
import { renewClaims } from './renew-claims.js';
import { aboutEntry, orderSubject } from './log-entries.js';
import type { Telemetry } from './telemetry/open-telemetry.js';
import type { Answer } from './telemetry/instrument-executions.js';

export interface ExecutionParts {
  config: WorkerConfig;
  log: Log;
  store: Store;
  queue: SagaQueue;
  orders: Orders;
  destinations: Destinations;
  telemetry: Telemetry;
}

export interface Executions {
  /** Takes a turn at the saga a bell rings for. */
  answer(sagaId: string, started: number, tenantId?: string): ReturnType<Answer>;
  stop(): Promise<void>;
}

/** Puts together what a turn at a saga needs: its type on real ports, a claim that is kept, and somebody who watches. */
export const openExecutions = ({ config, log, store, queue, orders, destinations, telemetry }: ExecutionParts): Executions => {
  const types = sagaTypes({
    orders,
    auditLog: auditLogRepository(store),
    line: wakingOrderQueue(orderQueueRepository(store), queue),
    destinations: withFailpoints('destinations', telemetry.withTracing(destinations)),
    dispatchRetry: { attempts: config.DISPATCH_ATTEMPTS, firstDelayMs: config.DISPATCH_FIRST_DELAY_MS, maxDelayMs: config.DISPATCH_MAX_DELAY_MS },
  });
  const sagas = sagaRepository(store, types);
  const claims = renewClaims(withFailpoints('sagas', sagas), log);
  const executions = telemetry.executions(claims.sagas);
  const journal = withFailpoints('journal', journalRepository(store, orderSubject), aboutEntry);
  const runSaga = createSagaRunner({ types: telemetry.steps(types, executions), sagas: executions.sagas, journal, log });
  const answer = executions.observe(processJob(claims.releasingClaims(runSaga), log, executions.about));
  return {
    answer(sagaId, started, tenantId) {
      if (tenantId !== undefined) sagas.nameTenant(sagaId, tenantId);
      return answer(sagaId, started);
    },
    stop: () => claims.stop(),
  };
};
