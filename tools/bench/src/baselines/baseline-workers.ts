import type { Child } from '../harness/processes.js';
import { nextMessage, request, forkProcess } from '../harness/processes.js';
import type { AnyDocument } from './baseline.js';
import type { BaselineName } from './baseline-process.js';

/** Two processes that run the baselines, like the two real workers. They stay up between rounds, so both are equally warm. */
export interface BaselineWorkers {
  pids: number[];
  /** Prepares a baseline. Each process gets half of `sagaIds`. */
  begin(baseline: BaselineName, sagaIds: readonly string[], templates: readonly AnyDocument[]): Promise<void>;
  /** Starts the work. Resolves when `count` sagas are completed. */
  go(count: number, first?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Sagas in flight in each process: the default of the workers. */
const inFlight = 100;

export interface BaselineStores {
  mongodbUri: string;
  redisUrl: string;
  /** URL of the simulated destination. */
  destination: string;
}

export const startBaselineWorkers = async ({ mongodbUri, redisUrl, destination }: BaselineStores, children: Child[]): Promise<BaselineWorkers> => {
  const pair = [0, 1].map(() => forkProcess('baselines/baseline-process.js', { BENCH_MONGODB_URI: mongodbUri, BENCH_REDIS_URL: redisUrl, BENCH_DESTINATION: destination }));
  children.push(...pair);
  await Promise.all(pair.map((child) => nextMessage(child, 'ready')));
  return {
    pids: pair.map(({ pid }) => pid),
    async begin(baseline, sagaIds, templates) {
      await Promise.all(pair.map((child, part) => request(child, { kind: 'begin', baseline, inFlight, templates, sagaIds: sagaIds.filter((_, index) => index % 2 === part) })));
    },
    async go(count, first) {
      let completed = 0;
      const off: (() => void)[] = [];
      const all = new Promise<void>((resolve, reject) => {
        const ended = (): void => reject(new Error('A baseline process has ended. Its output is above.'));
        const onMessage = (message: { kind: string; count: number }): void => {
          if (message.kind === 'completed') completed += message.count;
          if (completed >= count) resolve();
        };
        for (const { process } of pair) {
          process.once('exit', ended).on('message', onMessage);
          off.push(() => void process.off('exit', ended).off('message', onMessage));
        }
      });
      for (const { process } of pair) process.send({ kind: 'go' });
      await first?.();
      try {
        await all;
      } finally {
        for (const each of off) each();
      }
    },
    async stop() {
      await Promise.all(pair.map((child) => request(child, { kind: 'stop' })));
    },
  };
};
