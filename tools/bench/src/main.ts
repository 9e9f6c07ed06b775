/**
 * `main.js [--quick] [--json] [--only intake|drain|e2e] [--profile <folder>]` measures the real system beside its baselines in one run.
 *
 * `main.js --growth [--scale 1]` measures the cost of a saga while the amount of other data grows. A scale below 1 shrinks the large sizes.
 *
 * `--json` prints only the figures. `--profile` writes a CPU profile of each worker into the folder and prints the functions with most CPU time.
 */
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth.js';
import { openHarness } from './harness/harness.js';
import { figuresTable, profileTable } from './report.js';
import { Figures } from './rounds.js';
import type { Part, Run } from './run.js';
import { fullPlan, measureDrain, measureEndToEnd, measureIntake, quickPlan, startWorking } from './run.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
    growth: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
  },
});
const parts: readonly Part[] = ['intake', 'drain', 'e2e'];
if (values.only !== undefined && !parts.includes(values.only as Part)) throw new Error(`--only must be one of ${parts.join(', ')}`);
const isWanted = (part: Part): boolean => !values.growth && (values.only === undefined || values.only === part);

/** Milliseconds after which a run that hangs is stopped. */
const longestMs = values.growth ? 900_000 : 300_000;

const harness = await openHarness();
let ending: Promise<void> | undefined;
const end = (): Promise<void> => (ending ??= harness.end());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end().then(() => process.exit(1)));
const late = setTimeout(() => {
  console.error(`The benchmark did not finish within ${longestMs / 1_000} s and was stopped.`);
  void end().then(() => process.exit(1));
}, longestMs);

const figures = new Figures();
const run: Run = {
  harness,
  plan: values.quick ? quickPlan : fullPlan,
  print: values.json ? () => undefined : console.error,
  workerArgs: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
};
let growth: string | undefined;
try {
  if (values.growth) growth = await measureGrowth(harness, Number(values.scale), run.print);
  if (isWanted('intake')) await measureIntake(run, figures);
  if (isWanted('drain') || isWanted('e2e')) {
    const working = await startWorking(run);
    if (isWanted('e2e')) await measureEndToEnd(run, working, figures);
    if (isWanted('drain')) await measureDrain(run, working, figures);
  }
} finally {
  clearTimeout(late);
  await end();
}
console.log(growth ?? (values.json ? JSON.stringify(figures.spreads, null, 2) : figuresTable(figures.spreads)));
if (values.profile !== undefined) console.log(await profileTable(values.profile));
