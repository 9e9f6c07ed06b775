import type { Authenticator, Log, Tracing } from '@crossroads/platform';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { DirectoryRepository, IntakeRepository, OrderWriter } from '@crossroads/store';
import type { Express } from 'express';
import type { Decisions } from './decisions/decisions.js';
import type { RateLimiter } from './http/rate-limiter.js';
import type { SendReply } from './http/send-reply.js';
import type { Quota } from './quota.js';
import type { Resets } from './resets.js';
import type { SagaWaiter } from './waiting/saga-waiter.js';

/** The dependencies of the routes. */
export interface IntakePorts {
  authenticator: Authenticator;
  rateLimiter: RateLimiter;
  quota: Quota;
  sagas: IntakeRepository;
  resets: Resets;
  decisions: Decisions;
  orders: OrderWriter;
  directory: Pick<DirectoryRepository, 'tenantNamed' | 'partnerNamed'>;
  waiter: SagaWaiter;
  /** Milliseconds after which a stream without events sends a comment. */
  heartbeatMs: number;
  sendReply: SendReply;
  queue: Pick<SagaQueue, 'enqueue'>;
  log: Log;
  /** Measures the duration of each request of an app. */
  timed(app: Express): void;
  /** Absent: tracing is off. */
  tracing: Tracing | undefined;
  /** Number of proxies in front of the intake whose X-Forwarded-For is trusted. */
  trustedProxies: number;
  /** Resolves if MongoDB responds; rejects otherwise. */
  ping(): Promise<void>;
}
