import type { CrashOrder } from '../crash-order.js';
import { giveOrders, readHits } from '../crash-order.js';
import type { CrashPoint } from '../crash-points.js';
import { crashPoints, undoPoints } from '../crash-points.js';
import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Orders given at once: more workers than these would be down together most of the time. */
const batcher = 2;

/** Rows A1, A3: kill -9 at each crash point, `repeats` times; whichever worker comes by first dies. */
export const crashAtPoints = (repeats: number, forMs: number, only?: readonly string[]): Fault => {
  const points = [...crashPoints, ...undoPoints].filter(({ name }) => only === undefined || only.includes(name));
  return {
    name: 'kill -9 at a crash point',
    wanted: points.length * repeats,
    async inject({ crashFolder, workers, up }, { random }) {
      const until = performance.now() + forMs;
      // Round by round, so that a run whose time is up early has been at every point.
      let waiting = Array.from({ length: repeats }, (_, round) => random.shuffled(points).map((point) => orderFor(point, round))).flat();
      let given: CrashOrder[] = [];
      while (waiting.length + given.length > 0 && performance.now() < until) {
        given = given.filter(({ id }) => readHits(crashFolder, id).length === 0);
        const next = waiting.slice(0, Math.max(0, batcher + rare(given) - given.length));
        waiting = waiting.slice(next.length);
        given = [...given, ...next];
        giveOrders(crashFolder, given);
        await within(2_000, () => given.some(({ id }) => readHits(crashFolder, id).length > 0));
        // With every worker down at once this would be another fault.
        await within(8_000, () => workers.filter(up).length >= Math.ceil(workers.length / 2));
        await pause(50);
      }
      giveOrders(crashFolder, []);
      return readHits(crashFolder).filter(({ order }) => order.startsWith(kind)).length;
    },
  };
};

const kind = 'point-';

const orderFor = ({ name, point, afterMs }: CrashPoint, round: number): CrashOrder => ({
  id: `${kind}${name}-${round}`,
  point,
  act: 'kill',
  times: 1,
  ...(afterMs !== undefined && { afterMs }),
});

/** Points that only refused sagas come by take their time, and must not keep the others waiting. */
const rare = (given: readonly CrashOrder[]): number => given.filter(({ id }) => id.startsWith(`${kind}U`)).length;
