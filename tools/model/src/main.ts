/**
 * `main.js [--schedules 100000] [--seconds 600] [--seed 1] [--jobs 1] [--mutants]`: runs the kernel over seeded schedules in memory.
 * When an invariant is violated, the exit code is 1 and the seed is printed.
 *
 * `--schedules 1 --seed <seed>` runs it again and prints its trace.
 * With `--mutants`, one safeguard after the other is removed, and each must be detected within `--schedules` schedules.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { explore } from './explore.js';
import { mutants } from './mutants.js';
import { runSchedule } from './schedule.js';
import { violationsIn } from './violations.js';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
});
const [schedules, seconds, from, jobs] = [Number(values.schedules), Number(values.seconds), Number(values.seed), Number(values.jobs)];
if (!(schedules > 0) || !(seconds > 0) || !Number.isSafeInteger(from) || !(jobs >= 1)) {
  throw new Error('usage: main.js [--schedules 100000] [--seconds 600] [--seed <whole number>] [--jobs 1] [--mutants]');
}

// Schedules throw many errors, and nothing reads their stacks.
Error.stackTraceLimit = 0;
if (values.mutants) await findOut();
else if (schedules === 1) await replay(from);
else if (jobs > 1) await share();
else {
  const { schedules: run, distinct, durationMs, found } = await explore({ from, schedules, forMs: seconds * 1_000 });
  console.log(`${run} schedules from seed ${from}, ${distinct} different ones, in ${(durationMs / 1_000).toFixed(1)} s`);
  if (found) {
    console.error(`seed ${found.seed}: ${found.violations.join('; ')}`);
    process.exitCode = 1;
  }
}

/** Runs each mutant and prints the seed that detected it. */
async function findOut(): Promise<void> {
  for (const [safeguard, removeSafeguard] of mutants) {
    const { schedules: run, found } = await explore({ from, schedules, forMs: Infinity, removeSafeguard });
    console.log(`${found ? `detected by seed ${found.seed} (${found.violations[0]})` : `NOT DETECTED in ${run} schedules`}: without the safeguard that ${safeguard}`);
    if (!found) process.exitCode = 1;
  }
}

/** Runs one schedule and prints its trace. */
async function replay(seed: number): Promise<void> {
  const trace: string[] = [];
  const violations = violationsIn(await runSchedule(seed, { trace }));
  console.log(trace.join('\n'));
  console.log(violations.length === 0 ? `seed ${seed}: no violation` : `seed ${seed}:\n  ${violations.join('\n  ')}`);
  if (violations.length > 0) process.exitCode = 1;
}

/** Runs the schedules in several processes, each with a share of the seeds. */
async function share(): Promise<void> {
  const each = Math.ceil(schedules / jobs);
  const codes = await Promise.all(
    Array.from({ length: jobs }, async (_, job) => {
      const args = ['--schedules', String(Math.max(2, Math.min(each, schedules - job * each))), '--seconds', String(seconds), '--seed', String(from + job * each)];
      const [code] = (await once(fork(process.argv[1]!, args), 'exit')) as [number | null];
      return code;
    }),
  );
  if (codes.some((code) => code !== 0)) process.exitCode = 1;
}
