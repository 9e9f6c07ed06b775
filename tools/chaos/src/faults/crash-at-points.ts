import type { CrashInstruction } from '../crash-instruction.js';
import { writeInstructions, readHits } from '../crash-instruction.js';
import type { CrashPoint } from '../crash-points.js';
import { crashPoints, undoPoints } from '../crash-points.js';
import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Instructions active at once. With more, too many workers would be down at the same time. */
const maxActive = 2;

/** Rows A1, A3: kill -9 at each crash point, `repeats` times. The first worker that reaches the point dies. */
export const crashAtPoints = (repeats: number, forMs: number, only?: readonly string[]): Fault => {
  const points = [...crashPoints, ...undoPoints].filter(({ name }) => only === undefined || only.includes(name));
  return {
    name: 'kill -9 at a crash point',
    wanted: points.length * repeats,
    async inject({ crashFolder, workers, isUp }, { random }) {
      const until = performance.now() + forMs;
      // Round by round, so that a run that ends early has covered every point.
      let waiting = Array.from({ length: repeats }, (_, round) => random.shuffled(points).map((point) => instructionFor(point, round))).flat();
      let given: CrashInstruction[] = [];
      while (waiting.length + given.length > 0 && performance.now() < until) {
        given = given.filter(({ id }) => readHits(crashFolder, id).length === 0);
        const next = waiting.slice(0, Math.max(0, maxActive + rare(given) - given.length));
        waiting = waiting.slice(next.length);
        given = [...given, ...next];
        writeInstructions(crashFolder, given);
        await within(2_000, () => given.some(({ id }) => readHits(crashFolder, id).length > 0));
        // All workers down at once is another fault, so wait for half of them.
        await within(8_000, () => workers.filter(isUp).length >= Math.ceil(workers.length / 2));
        await pause(50);
      }
      writeInstructions(crashFolder, []);
      return readHits(crashFolder).filter(({ instruction }) => instruction.startsWith(prefix)).length;
    },
  };
};

const prefix = 'point-';

const instructionFor = ({ name, point, afterMs }: CrashPoint, round: number): CrashInstruction => ({
  id: `${prefix}${name}-${round}`,
  point,
  act: 'kill',
  times: 1,
  ...(afterMs !== undefined && { afterMs }),
});

/** Counts active instructions that only rejected sagas reach. They take long, so they do not count against the limit. */
const rare = (given: readonly CrashInstruction[]): number => given.filter(({ id }) => id.startsWith(`${prefix}U`)).length;
