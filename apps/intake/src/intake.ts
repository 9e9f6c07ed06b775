import { createAuthenticator, createTokens, httpDurations, openMetrics, submittedCounter } from '@crossroads/platform';
import type { SagaQueue, SagaSubscription, RateCounter } from '@crossroads/saga-bullmq';
import type { Log, Metrics, Tracing } from '@crossroads/platform';
import { decisionRepository, directoryRepository, intakeRepository, journalRepository, activeSagas, orderWriter, sagaVersionRepository } from '@crossroads/store';
import type { Store } from '@crossroads/store';
import type { Express } from 'express';
import { intakeApp } from './app.js';
import { createDecisions } from './decisions/decisions.js';
import type { RateLimits } from './http/rate-limiter.js';
import { createRateLimiter } from './http/rate-limiter.js';
import { createSendReply } from './http/send-reply.js';
import { createUnsentReplies } from './http/unsent-replies.js';
import { createQuota } from './quota.js';
import { createResets } from './resets.js';
import { createSagaWaiter } from './waiting/saga-waiter.js';
import type { Intervals } from './waiting/waited-sagas.js';

export interface IntakeParts {
  store: Store;
  queue: Pick<SagaQueue, 'enqueue'>;
  /** Absent: this process counts requests on its own. */
  counter?: RateCounter;
  /** Absent: callers that wait learn of the end by polling only. */
  subscription?: SagaSubscription;
  log: Log;
  tokenSecret: string;
  limits: RateLimits;
  /** Maximum number of active resets of one tenant. */
  maxActiveResets: number;
  maxConcurrentWaits: number;
  /** Intervals at which sagas that callers wait for are polled. */
  waitIntervals?: Intervals;
  /** Milliseconds after which a stream without events sends a comment. */
  heartbeatMs?: number;
  trustedProxies: number;
  /** Absent: the metrics are not exported. */
  metrics?: ReturnType<typeof intakeMetrics>;
  /** Absent: tracing is off. */
  tracing?: Tracing | undefined;
}

export interface Intake {
  app: Express;
  /** Sends all held replies and closes all streams. */
  endWaiting(): void;
}

/** Declares the metrics of the intake. */
export const intakeMetrics = (metrics: Metrics) => ({ timed: httpDurations(metrics), submitted: submittedCounter(metrics) });

/** Builds the intake from its dependencies and settings. */
export const createIntake = (parts: IntakeParts): Intake => {
  const { store, queue, counter, subscription, log, tokenSecret, limits, maxActiveResets, maxConcurrentWaits, waitIntervals, heartbeatMs = 15_000, trustedProxies, tracing, metrics = intakeMetrics(openMetrics()) } = parts;
  const directory = directoryRepository(store);
  const authenticator = createAuthenticator(directory, createTokens(tokenSecret));
  const rateLimiter = createRateLimiter(authenticator, limits, counter);
  const sagas = metrics.submitted(intakeRepository(store));
  const quota = createQuota({ sagas: activeSagas(store), maxActive: maxActiveResets, log });
  const resets = createResets(sagas);
  const waiter = createSagaWaiter({ sagas: sagaVersionRepository(store), subscription, log, maxWaits: maxConcurrentWaits, ...(waitIntervals && { intervals: waitIntervals }) });
  const decisions = createDecisions({ resets, decisions: decisionRepository(store), journal: journalRepository(store), queue, log });
  const sendReply = createSendReply(createUnsentReplies());
  const ping = () => store.ping();
  return {
    app: intakeApp({ authenticator, rateLimiter, quota, sagas, resets, decisions, orders: orderWriter(store), directory, waiter, heartbeatMs, sendReply, queue, log, trustedProxies, ping, timed: metrics.timed, tracing }),
    endWaiting: () => {
      waiter.close();
      rateLimiter.stop();
    },
  };
};
