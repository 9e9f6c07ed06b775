import type { CheckInput, Violation } from './checker.js';
import { findViolations } from './checker.js';
import { putOrders } from './campaign-orders.js';
import { createClient } from './client.js';
import { readEvidence } from './evidence.js';
import type { Fault } from './faults/fault.js';
import { pause, within } from './faults/fault.js';
import { startLoad } from './load.js';
import type { Random } from './random.js';
import { seededRandom } from './random.js';
import type { Recovery } from './recovery.js';
import { recoveryOf } from './recovery.js';
import type { World } from './world.js';
import { openWorld, whenAborted } from './world.js';
import { startWriter } from './writer.js';

export interface CampaignOptions {
  dataDir: string;
  cacheDir: string;
  seed: number;
  workers: number;
  /** One after the other; those that stand together go on at the same time. */
  faults: readonly (Fault | readonly Fault[])[];
  /** Orders there are. */
  orders: number;
  /** Requests a second, beside the bursts. */
  perSecond: number;
  savesPerSecond: number;
  /** Milliseconds everything has to come to rest once the last fault is over. */
  convergeWithinMs: number;
  say(proxy: string): void;
  signal: AbortSignal;
}

export interface CampaignResult {
  input: CheckInput;
  violations: Violation[];
  recovery: Recovery;
  /** Processes that ended by SIGKILL: workers, and the others. */
  workerKills: number;
  otherKills: number;
  /** Milliseconds. */
  tookMs: number;
  convergedMs: number;
  /** Sagas that were open when Redis came back empty, and how many of them never ended. */
  wiped: { open: number; lost: number };
}

/** Runs a system under load, breaks it in every way it is told to, waits until it has come to rest, and judges what was seen. */
export const runCampaign = async (options: CampaignOptions): Promise<CampaignResult> => {
  const began = performance.now();
  const { dataDir, cacheDir, workers, say, signal } = options;
  const world = await openWorld({ dataDir, cacheDir, workers, say, signal });
  try {
    return await Promise.race([campaignOn(world, options, began), whenAborted(signal)]);
  } finally {
    await world.stop();
  }
};

const campaignOn = async (world: World, { seed, faults, orders: count, perSecond, savesPerSecond, convergeWithinMs, say }: CampaignOptions, began: number): Promise<CampaignResult> => {
  const { store, history } = world;
  const { orders, before } = await putOrders(store, count);
  history.orders = before;
  // One stream of chance for each: how often one draws must not change what another gets.
  const [forClient, forLoad, forWriter, forFaults, forDestination] = [1, 2, 3, 4, 5].map((stream) => seededRandom(seed * 31 + stream)) as [Random, Random, Random, Random, Random];
  world.destination.takes(() => forDestination.below(100));
  const client = createClient(world, forClient);
  const load = startLoad({ client, history, orders, random: forLoad, perSecond, watched: 8 });
  const writer = await startWriter({ uri: world.mongodbUri, history, random: forWriter, target: () => load.recent(), perSecond: savesPerSecond });

  const plan: CheckInput['plan'] = { submissions: 0, faults: [] };
  let open: string[] = [];
  const inject = async ({ name, wanted, inject }: Fault): Promise<void> => {
    const hits = await inject(world, { random: forFaults, load, orders });
    const before = plan.faults.find((fault) => fault.name === name);
    if (before) Object.assign(before, { wanted: before.wanted + wanted, hits: before.hits + hits });
    else plan.faults.push({ name, wanted, hits });
    if (name === 'Redis wiped') open = await activeSagas(world);
    say(`${seconds(began)}  ${name}: hit ${hits} of ${wanted}; ${history.submissions.length} resets asked for`);
  };
  for (const faultOrSeveral of faults) {
    await Promise.all([faultOrSeveral].flat().map(inject));
    await pause(500);
  }

  const lastFault = performance.now();
  await writer.stop();
  await load.stopAsking(20_000);
  plan.submissions = load.asked();
  const rested = await within(convergeWithinMs, async () => (await activeSagas(world).catch(() => ['?'])).length === 0);
  const convergedMs = performance.now() - lastFault;
  say(`${seconds(began)}  ${rested ? 'everything has come to rest' : 'NOT everything has come to rest'}, ${seconds(lastFault)} after the last fault`);
  load.stopWatching();
  for (const submission of history.submissions) await client.look(submission);

  const evidence = await readEvidence(store);
  const input = { history, evidence, plan };
  const ended = new Set(evidence.sagas.filter(({ phase }) => phase === 'ended' || phase === 'stopped').map(({ sagaId }) => sagaId));
  return {
    input,
    violations: findViolations(input),
    recovery: recoveryOf(evidence, world.kills, history.windows),
    workerKills: world.kills.filter(({ name }) => name.startsWith('worker-')).length,
    otherKills: world.kills.filter(({ name }) => !name.startsWith('worker-')).length,
    tookMs: performance.now() - began,
    convergedMs,
    wiped: { open: open.length, lost: open.filter((sagaId) => !ended.has(sagaId)).length },
  };
};

const activeSagas = async ({ store }: World): Promise<string[]> => {
  const open = await store.connection.db!.collection('sagas').find({ phase: { $nin: ['ended', 'stopped'] } }, { projection: { _id: 1 } }).toArray();
  return open.map(({ _id }) => String(_id));
};

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s`;
