import type { Authenticator, Log, Tracing } from '@crossroads/platform';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { DirectoryRepository, IntakeRepository, OrderWriter } from '@crossroads/store';
import type { RequestHandler } from 'express';
import type { Decisions } from './decisions/decisions.js';
import type { RateLimiter } from './http/rate-limiter.js';
import type { Quota } from './quota.js';
import type { Resets } from './resets.js';
import type { SagaWaiter } from './waiting/saga-waiter.js';

/** What the routes are made of. */
export interface IntakePorts {
  authenticator: Authenticator;
  rateLimiter: RateLimiter;
  quota: Quota;
  sagas: IntakeRepository;
  resets: Resets;
  decisions: Decisions;
  orders: OrderWriter;
  directory: Pick<DirectoryRepository, 'tenantNamed'>;
  waiter: SagaWaiter;
  queue: Pick<SagaQueue, 'enqueue'>;
  log: Log;
  /** Times every exchange. */
  timed: RequestHandler;
  /** Absent: nothing is traced. */
  tracing: Tracing | undefined;
  /** How many proxies in front of us may be believed about a caller's address. */
  trustedProxies: number;
  /** Resolves when MongoDB answers. */
  ping(): Promise<void>;
}
