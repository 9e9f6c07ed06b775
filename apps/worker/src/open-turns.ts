import type { Destinations, Orders } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import { announced } from '@crossroads/runtime';
import { createAdvance } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, journalRepository, lineRepository, sagaRepository } from '@crossroads/store';
import { answerBell } from './answer-bell.js';
import { callableLine } from './callable-line.js';
import type { WorkerConfig } from './config.js';
import { keepClaims } from './keep-claims.js';
import { aboutEntry, orderSubject } from './log-entries.js';
import type { Watch } from './watch/open-watch.js';
import type { Answer } from './watch/watch-turns.js';

export interface TurnParts {
  config: WorkerConfig;
  log: Log;
  store: Store;
  bells: Bells;
  orders: Orders;
  destinations: Destinations;
  watch: Watch;
}

export interface Turns {
  /** Takes a turn at the saga a bell rings for. */
  answer(sagaId: string, started: number, tenantId?: string): ReturnType<Answer>;
  stop(): Promise<void>;
}

/** Puts together what a turn at a saga needs: its type on real ports, a claim that is kept, and somebody who watches. */
export const openTurns = ({ config, log, store, bells, orders, destinations, watch }: TurnParts): Turns => {
  const types = sagaTypes({
    orders,
    auditLog: auditLogRepository(store),
    line: callableLine(lineRepository(store), bells),
    destinations: announced('destinations', watch.telling(destinations)),
    dispatchRetry: { attempts: config.DISPATCH_ATTEMPTS, firstDelayMs: config.DISPATCH_FIRST_DELAY_MS, maxDelayMs: config.DISPATCH_MAX_DELAY_MS },
  });
  const sagas = sagaRepository(store, types);
  const claims = keepClaims(announced('sagas', sagas), log);
  const turns = watch.turns(claims.sagas);
  const journal = announced('journal', journalRepository(store, orderSubject), aboutEntry);
  const advance = createAdvance({ types: watch.steps(types, turns), sagas: turns.sagas, journal, log });
  const answer = turns.during(answerBell(claims.lettingGo(advance), log, turns.about));
  return {
    answer(sagaId, started, tenantId) {
      if (tenantId !== undefined) sagas.nameTenant(sagaId, tenantId);
      return answer(sagaId, started);
    },
    stop: () => claims.stop(),
  };
};
