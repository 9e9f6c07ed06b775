import type { CrashInstruction } from '../crash-instruction.js';
import { writeInstructions, readHits } from '../crash-instruction.js';
import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Milliseconds within which some saga reaches any failpoint, even when the workers are still starting. */
const hitWithinMs = 20_000;

/** Failpoints at which a zombie worker would do most harm. */
export const zombiePoints = [
  'orders.clearDeliveries before',
  'orders.resetProgression before',
  'journal.write:clear-deliveries:run:done before',
  'destinations.send before',
  'journal.write:snapshot-order:run:done before',
  'sagas.saveState before',
];

/**
 * Row A5: workers are stopped in the middle of a step for longer than a lease, so that others claim their sagas.
 * Then they continue. `count` must be less than the number of workers.
 */
export const zombies = (count: number, stoppedMs: number): Fault => ({
  name: 'SIGSTOP in the middle of a step, then SIGCONT',
  wanted: count,
  async inject({ crashFolder }, { random }) {
    const round = readHits(crashFolder).length;
    const instructions = random.shuffled(zombiePoints).slice(0, count).map((point, index): CrashInstruction => ({ id: `zombie-${round}-${index}`, point, act: 'stop', times: 1 }));
    const hitsOf = () => instructions.flatMap(({ id }) => readHits(crashFolder, id));
    for (let given = 1; given <= instructions.length; given++) {
      writeInstructions(crashFolder, instructions.slice(0, given));
      await within(hitWithinMs, () => hitsOf().length >= given);
    }
    writeInstructions(crashFolder, []);
    await pause(stoppedMs);
    const hits = hitsOf();
    for (const { pid } of hits) resume(pid);
    await pause(1_000);
    return hits.length;
  },
});

/** Row A8: the event loop is blocked, and with it the renewal of job locks and claims. */
export const freeze = (freezeMs: number): Fault => ({
  name: 'event loop blocked',
  wanted: 1,
  async inject({ crashFolder }, { random }) {
    const instruction: CrashInstruction = { id: `freeze-${readHits(crashFolder).length}`, point: random.pick(zombiePoints), act: 'freeze', times: 1, freezeMs };
    writeInstructions(crashFolder, [instruction]);
    const hit = await within(hitWithinMs, () => readHits(crashFolder, instruction.id).length > 0);
    writeInstructions(crashFolder, []);
    if (hit) await pause(freezeMs + 500);
    return Number(hit);
  },
});

const resume = (pid: number): void => {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // Another fault has killed the stopped process.
  }
};
