import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { SweepRepository } from '@crossroads/store';

export interface SweepOptions {
  sagas: SweepRepository;
  bells: Bells;
  everyMs: number;
  log: Log;
}

const mostAtOnce = 1_000;

/** Rings for sagas that should be moving and are not. Every worker sweeps, none leads: a bell too many is harmless. */
export const startSweeping = ({ sagas, bells, everyMs, log }: SweepOptions): { stop(): Promise<void> } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();

  const sweep = async (): Promise<void> => {
    try {
      const due = await sagas.due(mostAtOnce);
      await bells.ringAll(due);
    } catch (error) {
      log.warn('a sweep did not come through; the next one will', { error });
    }
  };
  const later = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep().then(later);
    }, everyMs * (0.75 + Math.random() / 2));
  };
  later();

  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return sweeping;
    },
  };
};
