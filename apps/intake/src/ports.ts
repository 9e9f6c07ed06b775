import type { Authenticator } from '@crossroads/identity';
import type { Bells } from '@crossroads/queue';
import type { Log, Tracing } from '@crossroads/runtime';
import type { DirectoryRepository, IntakeRepository, OrderLife } from '@crossroads/store';
import type { RequestHandler } from 'express';
import type { Decisions } from './decisions/decisions.js';
import type { Admission } from './http/admission.js';
import type { Quota } from './quota.js';
import type { Resets } from './resets.js';
import type { Watch } from './waiting/watch.js';

/** What the routes are made of. */
export interface IntakePorts {
  authenticator: Authenticator;
  admission: Admission;
  quota: Quota;
  sagas: IntakeRepository;
  resets: Resets;
  decisions: Decisions;
  orders: OrderLife;
  directory: Pick<DirectoryRepository, 'tenantNamed'>;
  watch: Watch;
  bells: Pick<Bells, 'ring'>;
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
