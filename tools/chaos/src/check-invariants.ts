/**
 * `check-invariants.js [--overdue-minutes 1]` against the database of MONGODB_URI, which may be in use: prints a line per invariant
 * and what speaks against it. Reads only. Exit code 1 when one does not hold.
 */
import { parseArgs } from 'node:util';
import { readConfig, settings } from '@crossroads/platform';
import { openStore } from '@crossroads/store';
import { z } from 'zod';
import { liveFindings } from './live-checks.js';

/** Violations shown of each invariant. */
const shown = 20;

const { MONGODB_URI } = readConfig(z.object({ MONGODB_URI: settings.mongodbUri }), process.env);
const { values } = parseArgs({ options: { 'overdue-minutes': { type: 'string', default: '1' } } });
const overdueMinutes = Number(values['overdue-minutes']);
if (!(overdueMinutes > 0)) throw new Error('usage: check-invariants.js [--overdue-minutes 1]');

const store = openStore({
  uri: MONGODB_URI,
  operationTimeoutMs: 60_000,
  onConnectError: (error) => {
    console.error(`MongoDB does not answer: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
});
await store.connected;
const finalOutcomes = await liveFindings(store, { overdueMinutes });
for (const { promise, looked, violations } of finalOutcomes) {
  console.log(`${violations.length === 0 ? '✔' : '✘'} ${promise}: ${violations.length} violations in ${looked}`);
  for (const { subject, description } of violations.slice(0, shown)) console.log(`    ${subject}: ${description}`);
}
await store.close();
process.exitCode = finalOutcomes.some(({ violations }) => violations.length > 0) ? 1 : 0;
