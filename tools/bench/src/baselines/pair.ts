import type { Child } from '../world/child.js';
import { asked, heard, runOwn } from '../world/child.js';
import type { AnyDocument } from './document.js';
import type { BaselineName } from './baseline-process.js';

/** The two processes that run the floors; as warm as the two workers they are compared with. */
export interface Pair {
  pids: number[];
  /** Gets a floor ready; `sagaIds` are shared out between the two. */
  begin(baseline: BaselineName, sagaIds: readonly string[], templates: readonly AnyDocument[]): Promise<void>;
  /** Starts the clock's work; resolves when `count` sagas are through. */
  go(count: number, first?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Sagas under way at once in each: the workers' own default. */
const inFlight = 100;

export const startPair = async (mongodbUri: string, redisUrl: string, children: Child[]): Promise<Pair> => {
  const two = [0, 1].map(() => runOwn('floors/floor-process.js', { BENCH_MONGODB_URI: mongodbUri, BENCH_REDIS_URL: redisUrl }));
  children.push(...two);
  await Promise.all(two.map((child) => heard(child, 'ready')));
  return {
    pids: two.map(({ pid }) => pid),
    async begin(baseline, sagaIds, templates) {
      await Promise.all(two.map((child, which) => asked(child, { kind: 'begin', baseline, inFlight, templates, sagaIds: sagaIds.filter((_, index) => index % 2 === which) })));
    },
    async go(count, first) {
      let through = 0;
      const off: (() => void)[] = [];
      const all = new Promise<void>((resolve, reject) => {
        const ended = (): void => reject(new Error('A floor has ended; what it said stands above.'));
        const told = (message: { kind: string; count: number }): void => {
          if (message.kind === 'through') through += message.count;
          if (through >= count) resolve();
        };
        for (const { process } of two) {
          process.once('exit', ended).on('message', told);
          off.push(() => void process.off('exit', ended).off('message', told));
        }
      });
      for (const { process } of two) process.send({ kind: 'go' });
      await first?.();
      try {
        await all;
      } finally {
        for (const each of off) each();
      }
    },
    async stop() {
      await Promise.all(two.map((child) => asked(child, { kind: 'stop' })));
    },
  };
};
