/**
 * `main.js [product|intake|drain|e2e] [--quick] [--json] [--profile <folder>]` measures the product from outside, and its parts beside their baselines.
 *
 * `main.js --growth [--scale 1]` measures the cost of a saga while the amount of other data grows. A scale below 1 shrinks the large sizes.
 *
 * `--only <part>` is the same as the name of the part.
 * The option `--json` prints only the figures. The option `--profile` writes CPU profiles into the folder and prints the functions with most CPU time.
 */
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth.js';
import type { Harness } from './harness/harness.js';
import { openHarness } from './harness/harness.js';
import { fullProductPlan, measureProduct, quickProductPlan } from './product.js';
import { profileTables } from './profile-table.js';
import { figuresTable } from './report.js';
import { Figures } from './rounds.js';
import { fullPlan, measureDrain, measureEndToEnd, measureIntake, quickPlan, startWorking } from './run.js';
import { judged } from './targets.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
    growth: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
  },
});
const parts = ['product', 'intake', 'drain', 'e2e'] as const;
type Part = (typeof parts)[number];
const only = values.only ?? positionals[0];
if (positionals.length > 1 || (only !== undefined && !parts.includes(only as Part))) throw new Error(`Name one part at most: ${parts.join(', ')}.`);
const isWanted = (...some: Part[]): boolean => !values.growth && (only === undefined || some.includes(only as Part));

/** Milliseconds after which a run that hangs is stopped. */
const longestMs = values.growth ? 900_000 : 600_000;

const print = values.json ? () => undefined : console.error;
const figures = new Figures();
const closing: (() => Promise<void>)[] = [];
let ending: Promise<unknown> | undefined;
const end = (): Promise<unknown> => (ending ??= Promise.all(closing.map((close) => close())));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end().finally(() => process.exit(1)));
const late = setTimeout(() => {
  console.error(`The benchmark did not finish within ${longestMs / 1_000} s and was stopped.`);
  void end().finally(() => process.exit(1));
}, longestMs);

const measureParts = async (harness: Harness): Promise<string | undefined> => {
  if (values.growth) return measureGrowth(harness, Number(values.scale), print);
  const run = { harness, plan: values.quick ? quickPlan : fullPlan, print, workerArgs: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] };
  if (isWanted('intake')) await measureIntake(run, figures);
  if (!isWanted('drain', 'e2e')) return undefined;
  const working = await startWorking(run);
  if (isWanted('e2e')) await measureEndToEnd(run, working, figures);
  if (isWanted('drain')) await measureDrain(run, working, figures);
  return undefined;
};

if (values.profile !== undefined) await mkdir(values.profile, { recursive: true });
let growth: string | undefined;
try {
  // The product runs first and alone: idle processes of the other parts would use CPU beside it.
  if (isWanted('product')) await measureProduct({ plan: values.quick ? quickProductPlan : fullProductPlan, print, profiles: values.profile, onSpawn: (close) => closing.push(close) }, figures);
  if (values.growth || isWanted('intake', 'drain', 'e2e')) {
    const harness = await openHarness();
    closing.push(() => harness.end());
    growth = await measureParts(harness);
  }
} finally {
  clearTimeout(late);
  await end();
}
console.log(growth ?? (values.json ? JSON.stringify(judged(figures.spreads), null, 2) : figuresTable(figures.spreads)));
if (values.profile !== undefined) console.log(await profileTables(values.profile));
