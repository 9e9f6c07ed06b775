/**
 * `main.js [--minutes 5] [--seed <number>] [--workers 5] [--short]`: runs a campaign of faults on real stores and processes.
 * The campaign has its own folder and ports, and prints a report. When an invariant is violated, the exit code is 1 and the folder is kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handleShutdown } from '@crossroads/sandbox';
import { runCampaign } from './campaign.js';
import { fullPlan, shortPlan } from './plan.js';
import { summaryOf } from './summary.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    workers: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
if (!Number.isSafeInteger(seed) || !(minutes > 0)) throw new Error('usage: main.js [--minutes 5] [--seed <whole number>] [--workers 5] [--short]');

const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-chaos-'));
const shutdown = handleShutdown(process);
let keep = false;
shutdown.addCleanup(async () => {
  if (keep) console.log(`Data and logs are kept in ${dataDir}`);
  else await rm(dataDir, { recursive: true, force: true });
});
console.log(`chaos: seed ${seed}, ${values.short ? 'the short campaign' : `about ${minutes} minutes`}`);
const campaign = runCampaign({
  dataDir,
  cacheDir: process.env['SANDBOX_CACHE'] ?? fileURLToPath(new URL('../../../.cache', import.meta.url)),
  seed,
  workers: Number(values.workers ?? (values.short ? 3 : 5)),
  faults: values.short ? shortPlan() : fullPlan(minutes),
  orders: values.short ? 40 : 300,
  perSecond: values.short ? 4 : 5,
  savesPerSecond: 15,
  convergeWithinMs: 90_000,
  print: console.log,
  signal: shutdown.signal,
});
// On an interrupt, wait until every process has ended.
shutdown.addCleanup(() => Promise.allSettled([campaign]));
try {
  const result = await campaign;
  console.log(summaryOf(result, seed));
  keep = result.violations.length > 0;
  await shutdown.exit(keep ? 1 : 0);
} catch (error) {
  keep = !shutdown.signal.aborted;
  await shutdown.fail(error);
}
