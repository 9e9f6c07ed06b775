import type { CheckInput, Violation } from './checker.js';
import { findViolations } from './checker.js';
import { hasEnded } from './checks/check.js';
import { putOrders } from './campaign-orders.js';
import { createClient } from './client.js';
import { readEvidence } from './evidence.js';
import type { Fault } from './faults/fault.js';
import { pause, within } from './faults/fault.js';
import { startLoad } from './load.js';
import type { Random } from './random.js';
import { seededRandom } from './random.js';
import type { Recovery } from './recovery.js';
import { measureRecovery } from './recovery.js';
import type { Harness } from './harness.js';
import { openHarness, whenAborted } from './harness.js';
import { startWriter } from './writer.js';

export interface CampaignOptions {
  dataDir: string;
  cacheDir: string;
  seed: number;
  workers: number;
  /** Injected one after the other; faults of an inner array at the same time. */
  faults: readonly (Fault | readonly Fault[])[];
  /** Number of orders in the database. */
  orders: number;
  /** Requests per second between the bursts. */
  perSecond: number;
  savesPerSecond: number;
  /** Milliseconds within which all sagas must have finished after the last fault. */
  convergeWithinMs: number;
  /** Prints one line of progress. */
  print(line: string): void;
  signal: AbortSignal;
}

export interface CampaignResult {
  input: CheckInput;
  violations: Violation[];
  /** After kills by a fault, and after crashes at a crash point. */
  recovery: Record<'killed' | 'crashed', Recovery>;
  /** Processes that ended by SIGKILL: workers, and the others. */
  workerKills: number;
  otherKills: number;
  durationMs: number;
  /** Milliseconds from the last fault until all sagas had finished. */
  convergedMs: number;
  /** Sagas that were open when Redis came back empty, and how many of them never finished. */
  wiped: { open: number; lost: number };
}

/** Runs the system under load, injects the faults, waits until all sagas have finished, and checks the invariants. */
export const runCampaign = async (options: CampaignOptions): Promise<CampaignResult> => {
  const began = performance.now();
  const { dataDir, cacheDir, workers, signal } = options;
  const harness = await openHarness({ dataDir, cacheDir, workers, signal });
  try {
    return await Promise.race([runOn(harness, options, began), whenAborted(signal)]);
  } finally {
    await harness.stop();
  }
};

const runOn = async (harness: Harness, { seed, faults, orders: count, perSecond, savesPerSecond, convergeWithinMs, print }: CampaignOptions, began: number): Promise<CampaignResult> => {
  const { store, history } = harness;
  const { orders, before } = await putOrders(store, count);
  history.orders = before;
  // One random stream each: with a shared one, an extra draw of one part would change the choices of all others.
  const [forClient, forLoad, forWriter, forFaults, forDestination] = [1, 2, 3, 4, 5].map((stream) => seededRandom(seed * 31 + stream)) as [Random, Random, Random, Random, Random];
  harness.destination.setDelay(() => forDestination.below(100));
  const client = createClient(harness, forClient);
  const load = startLoad({ client, history, orders, random: forLoad, perSecond, pollers: 8 });
  const writer = await startWriter({ uri: harness.mongodbUri, history, random: forWriter, target: () => load.recent(), perSecond: savesPerSecond });

  const plan: CheckInput['plan'] = { submissions: 0, faults: [] };
  let open: string[] = [];
  const inject = async ({ name, wanted, inject }: Fault): Promise<void> => {
    const hits = await inject(harness, { random: forFaults, load, orders });
    const before = plan.faults.find((fault) => fault.name === name);
    if (before) Object.assign(before, { wanted: before.wanted + wanted, hits: before.hits + hits });
    else plan.faults.push({ name, wanted, hits });
    if (name === 'Redis wiped') open = await activeSagas(harness);
    print(`${seconds(began)}  ${name}: hit ${hits} of ${wanted}; ${history.submissions.length} resets submitted`);
  };
  for (const faultOrSeveral of faults) {
    await Promise.all([faultOrSeveral].flat().map(inject));
    await pause(500);
  }

  const lastFault = performance.now();
  await writer.stop();
  await load.stopSubmitting(20_000);
  plan.submissions = load.submitted();
  const hasConverged = await within(convergeWithinMs, async () => (await activeSagas(harness).catch(() => ['?'])).length === 0);
  const convergedMs = performance.now() - lastFault;
  print(`${seconds(began)}  ${hasConverged ? 'all sagas have finished' : 'some sagas have NOT finished'}, ${seconds(lastFault)} after the last fault`);
  load.stopPolling();
  for (const submission of history.submissions) await client.poll(submission);

  const evidence = await readEvidence(store);
  const input = { history, evidence, plan };
  const finished = new Set(evidence.sagas.filter(({ phase }) => hasEnded(phase)).map(({ sagaId }) => sagaId));
  return {
    input,
    violations: findViolations(input),
    recovery: {
      killed: measureRecovery(harness.claims, harness.kills.filter(({ by }) => by === 'signal'), history.windows),
      crashed: measureRecovery(harness.claims, harness.kills.filter(({ by }) => by === 'crash-point'), history.windows),
    },
    workerKills: harness.kills.filter(({ name }) => name.startsWith('worker-')).length,
    otherKills: harness.kills.filter(({ name }) => !name.startsWith('worker-')).length,
    durationMs: performance.now() - began,
    convergedMs,
    wiped: { open: open.length, lost: open.filter((sagaId) => !finished.has(sagaId)).length },
  };
};

const activeSagas = async ({ store }: Harness): Promise<string[]> => {
  const open = await store.connection.db!.collection('sagas').find({ phase: { $nin: ['ended', 'stopped'] } }, { projection: { _id: 1 } }).toArray();
  return open.map(({ _id }) => String(_id));
};

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s`;
