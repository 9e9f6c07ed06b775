/**
 * `main.js [--schedules 100000] [--seconds 600] [--seed 1]`: runs the kernel over seeded schedules in memory.
 * Exit code 1 when one of them violates something; its seed is named, and `--schedules 1 --seed <it>` runs it again.
 */
import { parseArgs } from 'node:util';
import { explore } from './explore.js';

const { values } = parseArgs({
  options: { schedules: { type: 'string', default: '100000' }, seconds: { type: 'string', default: '600' }, seed: { type: 'string', default: '1' } },
});
const [schedules, seconds, from] = [Number(values.schedules), Number(values.seconds), Number(values.seed)];
if (!(schedules > 0) || !(seconds > 0) || !Number.isSafeInteger(from)) throw new Error('usage: main.js [--schedules 100000] [--seconds 600] [--seed <whole number>]');

const { schedules: run, distinct, tookMs, found } = await explore({ from, schedules, forMs: seconds * 1_000 });
console.log(`${run} schedules from seed ${from}, ${distinct} of them unlike any other, in ${(tookMs / 1_000).toFixed(1)} s`);
if (found) {
  console.error(`seed ${found.seed}: ${found.violations.join('; ')}`);
  process.exitCode = 1;
}
