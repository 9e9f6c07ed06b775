/**
 * `main.js [--quick] [--json] [--only intake|drain|e2e] [--profile <folder>]`: measures the real system and, beside it in the same run, its floors.
 * `main.js --growth [--scale 1]`: what a saga costs while there is more and more of everything else; a scale below 1 shrinks the large sizes.
 * `--json` prints nothing but the figures; `--profile` leaves a CPU profile of each worker in the folder and prints where its time went.
 */
import { parseArgs } from 'node:util';
import { fullPlan, quickPlan } from './plan.js';
import { selfTimes } from './report/self-time.js';
import { Figures } from './report/rounds.js';
import { measureGrowth } from './growth.js';
import { table } from './report/table.js';
import type { Part, Run } from './run.js';
import { measureDrain, measureEndToEnd, measureIntake, startWorking } from './run.js';
import { openWorld } from './world/world.js';

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
if (values.only !== undefined && !parts.includes(values.only as Part)) throw new Error(`--only takes one of ${parts.join(', ')}`);
const wanted = (part: Part): boolean => !values.growth && (values.only === undefined || values.only === part);

/** Milliseconds after which a run that hangs is given up. */
const longestMs = values.growth ? 900_000 : 300_000;

const world = await openWorld();
let ending: Promise<void> | undefined;
const end = (): Promise<void> => (ending ??= world.end());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end().then(() => process.exit(1)));
const late = setTimeout(() => {
  console.error('The bench took too long and is given up.');
  void end().then(() => process.exit(1));
}, longestMs);

const figures = new Figures();
const run: Run = {
  world,
  plan: values.quick ? quickPlan : fullPlan,
  say: values.json ? () => undefined : console.error,
  workerArgs: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
};
let growth: string | undefined;
try {
  if (values.growth) growth = await measureGrowth(world, Number(values.scale), run.say);
  if (wanted('intake')) await measureIntake(run, figures);
  if (wanted('drain') || wanted('e2e')) {
    const working = await startWorking(run);
    if (wanted('e2e')) await measureEndToEnd(run, working, figures);
    if (wanted('drain')) await measureDrain(run, working, figures);
  }
} finally {
  clearTimeout(late);
  await end();
}
console.log(growth ?? (values.json ? JSON.stringify(figures.spreads, null, 2) : table(figures.spreads)));
if (values.profile !== undefined) console.log(await selfTimes(values.profile));
