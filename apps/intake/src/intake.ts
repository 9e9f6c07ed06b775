import { createAuthenticator, createTokens } from '@crossroads/identity';
import { resetRequest, subjectOf } from '@crossroads/order-reset';
import type { Bells, RateCounter } from '@crossroads/queue';
import type { Log, Tracing } from '@crossroads/runtime';
import { openMetrics } from '@crossroads/runtime';
import { decisionRepository, directoryRepository, intakeRepository, journalRepository, openSagas, orderLife, standingRepository } from '@crossroads/store';
import type { Store, SubjectOf } from '@crossroads/store';
import type { Express } from 'express';
import { intakeApp } from './app.js';
import { createDecisions } from './decisions/decisions.js';
import type { RateLimits } from './http/admission.js';
import { createAdmission } from './http/admission.js';
import { intakeMetrics } from './metrics.js';
import type { IntakeMetrics } from './metrics.js';
import { createQuota } from './quota.js';
import { createResets } from './resets.js';
import { createWatch } from './waiting/watch.js';

export interface IntakeParts {
  store: Store;
  bells: Pick<Bells, 'ring'>;
  /** Absent: this process counts alone. */
  counter?: RateCounter;
  log: Log;
  tokenSecret: string;
  limits: RateLimits;
  /** Resets one tenant may have under way. */
  openResets: number;
  waitsAtOnce: number;
  trustedProxies: number;
  /** Absent: counted, and shown to nobody. */
  metrics?: IntakeMetrics;
  /** Absent: nothing is traced. */
  tracing?: Tracing | undefined;
}

export interface Intake {
  app: Express;
  /** Ends the waiting, so that replies held open are answered and streams are closed. */
  endWaiting(): void;
}

/** Puts the intake together. */
export const createIntake = ({ store, bells, counter, log, tokenSecret, limits, openResets, waitsAtOnce, trustedProxies, tracing, metrics = intakeMetrics(openMetrics()) }: IntakeParts): Intake => {
  const directory = directoryRepository(store);
  const authenticator = createAuthenticator(directory, createTokens(tokenSecret));
  const admission = createAdmission(authenticator, limits, counter);
  const sagas = metrics.submitted(intakeRepository(store));
  const quota = createQuota({ sagas: openSagas(store), most: openResets, log });
  const resets = createResets(sagas);
  const watch = createWatch({ sagas: standingRepository(store), log, most: waitsAtOnce });
  const decisions = createDecisions({ resets, sagas: decisionRepository(store), journal: journalRepository(store, orderSubject), bells, log });
  const ping = () => store.ping();
  return {
    app: intakeApp({ authenticator, admission, quota, sagas, resets, decisions, orders: orderLife(store), directory, watch, bells, log, trustedProxies, ping, timed: metrics.timed, tracing }),
    endWaiting: () => {
      watch.close();
      admission.stop();
    },
  };
};

const orderSubject: SubjectOf = ({ request }, state) => subjectOf(resetRequest.parse(request), state);
