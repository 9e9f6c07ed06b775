import type { Answered } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { Advance } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';

/** Milliseconds until the database is tried again; spread out, since every saga in hand meets the same outage. */
const storeAwayMs = () => 1_000 + Math.random() * 2_000;

/** What a bell does: lets the saga advance, and says what is to become of the bell. */
export const answerBell =
  (advance: (sagaId: string) => Promise<Advance>, log: Log, about: (sagaId: string) => object) =>
  async (sagaId: string): Promise<Answered> => {
    try {
      const advanced = await advance(sagaId);
      if (advanced.outcome === 'resting') return { next: 'again', inMs: advanced.wakeInMs };
      if (advanced.outcome === 'stopped') return { next: 'operator', reason: 'The saga stopped and can be resumed; its page says why.' };
      return { next: 'over', outcome: advanced };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn('the store is unavailable; the saga rests where it is', { ...about(sagaId), error });
      return { next: 'again', inMs: storeAwayMs() };
    }
  };
