/**
 * `check-invariants.js [--overdue-minutes 1]` checks the database of MONGODB_URI, which may be in use. It only reads.
 * It prints a line for each invariant and its violations. The exit code is 1 when an invariant is violated.
 */
import { parseArgs } from 'node:util';
import { readConfigOrExit, settings } from '@crossroads/platform';
import { openStore } from '@crossroads/store';
import { z } from 'zod';
import { liveFindings } from './live-checks.js';

/** Violations printed for each invariant. */
const shown = 20;

const { MONGODB_URI } = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri }), process);
const { values } = parseArgs({ options: { 'overdue-minutes': { type: 'string', default: '1' } } });
const overdueMinutes = Number(values['overdue-minutes']);
if (!(overdueMinutes > 0)) throw new Error('usage: check-invariants.js [--overdue-minutes 1]');

const store = openStore({
  uri: MONGODB_URI,
  operationTimeoutMs: 60_000,
  onConnectError: (error) => {
    console.error(`Could not connect to MongoDB: ${error instanceof Error ? error.message : String(error)}. Check MONGODB_URI.`);
    process.exit(1);
  },
});
await store.connected;
const findings = await liveFindings(store, { overdueMinutes });
for (const { promise, checked, violations } of findings) {
  console.log(`${violations.length === 0 ? '✔' : '✘'} ${promise}: ${violations.length} violations in ${checked}`);
  for (const { subject, description } of violations.slice(0, shown)) console.log(`    ${subject}: ${description}`);
}
await store.close();
process.exitCode = findings.some(({ violations }) => violations.length > 0) ? 1 : 0;
