import { describe, expect, test } from '@jest/globals';
import { entryKey, isVerdict, StepUnavailable } from '@crossroads/saga';
import type { ResetWorld } from '@crossroads/testkit';
import { gated, Interleaving, resetWorld } from '@crossroads/testkit';
import type { Snapshot } from './index.js';
import { cancelableSteps } from './index.js';

/** Set MODEL_SCHEDULES and MODEL_SEED to look further, or at one schedule again. */
const schedules = Number(process.env['MODEL_SCHEDULES'] ?? 25_000);
const firstSeed = Number(process.env['MODEL_SEED'] ?? 1);

const stepsPerSchedule = 60;
const bolOf = (bol: unknown): string => (bol as { bol_number: string }).bol_number;

/** What somebody outside wrote down while the schedule ran. */
interface History {
  /** Every BOL that was ever on the order. */
  saved: string[];
  /** BOLs that were cleared while no snapshot in the log held them. */
  clearedUnsaved: string[];
  /** What each saga's effective clears removed, in turn. */
  clears: Map<string, string[][]>;
}

/** Wraps the clear so that what it removes is compared with the log at that very moment. */
const watchClears = (world: ResetWorld, history: History): void => {
  const clear = world.orders.clearDeliveries;
  world.orders.clearDeliveries = async (orderId, version, hold) => {
    const before = world.order.bols.map(bolOf);
    const inLog = new Set(snapshotsOf(world, hold.sagaId).flatMap(({ bols }) => bols.map(bolOf)));
    const outcome = await clear(orderId, version, hold);
    if (before.length > 0 && world.order.bols.length === 0) {
      history.clears.set(hold.sagaId, [...(history.clears.get(hold.sagaId) ?? []), before]);
      history.clearedUnsaved.push(...before.filter((bol) => !inLog.has(bol)));
    }
    return outcome;
  };
};

const snapshotsOf = (world: ResetWorld, sagaId?: string): Snapshot[] =>
  world.journal.entries.flatMap(({ sagaId: of, detail }) => (detail.extra_data && 'bols' in detail.extra_data && (sagaId === undefined || of === sagaId) ? [detail.extra_data as Snapshot] : []));

/** Two workers, resets of one order, a BOL writer, a caller who cancels, a moody destination, crashes anywhere, and time that passes. */
const runSchedule = async (seed: number, spoil: (world: ResetWorld) => void = () => {}): Promise<{ world: ResetWorld; history: History }> => {
  const play = new Interleaving(seed);
  const world: ResetWorld = resetWorld({ wrap: (port, worker) => gated(port, () => play.gate(worker)) });
  const history: History = { saved: world.order.bols.map(bolOf), clearedUnsaved: [], clears: new Map() };
  spoil(world);
  watchClears(world, history);
  const sagas = [world.submit('saga-1')];
  const moods = ['synced', 'synced', 'refused', new StepUnavailable('destination.unavailable', 'away')] as const;
  let worker = 0;
  const workers = [worker++, worker++];

  for (let step = 0; step < stepsPerSchedule; step++) {
    const slot = play.below(workers.length);
    const actor = workers[slot]!;
    const dice = play.random();
    if (dice < 0.02) {
      play.crash(actor);
      workers[slot] = worker++;
    } else if (dice < 0.06) world.clock.pass(play.below(30_000));
    else if (dice < 0.09) {
      const bol = `BOL-w${step}`;
      history.saved.push(bol);
      world.orders.saveBol(world.order.order.order_id, { bol_number: bol });
    } else if (dice < 0.1 && sagas.length < 3) sagas.push(world.submit(`saga-${sagas.length + 1}`));
    else if (dice < 0.105) cancel(world, sagas[play.below(sagas.length)]!);
    else if (dice < 0.14) world.destination.answers.push(moods[play.below(moods.length)]!);
    else if (play.isLive(actor)) await play.step(actor);
    else play.start(actor, () => world.advance(sagas[play.below(sagas.length)]!, actor));
  }
  for (const actor of workers) play.crash(actor);
  world.destination.answers.length = 0;
  await finish(world, play, sagas, worker);
  return { world, history };
};

/** The faults are over: whoever is due is advanced until nobody is, and the sweep gives back what ended sagas still hold. */
const finish = async (world: ResetWorld, play: Interleaving, sagas: readonly string[], worker: number): Promise<void> => {
  for (let round = 0; round < 200; round++) {
    const open = sagas.map((saga) => world.sagas.sagas.get(saga)!).filter(({ nextRunAt }) => nextRunAt !== undefined);
    const holder = world.order.fence && world.sagas.sagas.get(world.order.fence.sagaId)!;
    if (holder?.phase === 'ended') await world.orders.release(world.order.order.order_id, holder);
    if (open.length === 0) return;
    world.clock.pass(15_000);
    for (const { sagaId } of open) {
      play.start(worker, () => world.advance(sagaId, worker));
      while (play.isLive(worker)) await play.step(worker);
    }
  }
};

/** What the intake does for a caller who changed his mind: it calls off the first step without a verdict, unless that lies behind the clear. */
const cancel = (world: ResetWorld, sagaId: string): void => {
  const saga = world.sagas.sagas.get(sagaId)!;
  const open = cancelableSteps.find((name) => !verdictOn(world, sagaId, name));
  if (saga.nextRunAt === undefined || open === undefined || cancelableSteps.some((name) => verdictOn(world, sagaId, name) === 'called-off')) return;
  const step = { name: open, direction: 'run', outcome: 'called-off', attempt: 1 } as const;
  const key = entryKey(sagaId, step, 0);
  world.journal.entries.push({ key, sagaId, seq: 99, step, epoch: saga.epoch, status: 'pending', title: 'Canceled', code: 'request.canceled', retried: false, detail: { message: 'Canceled by the caller.' } });
  saga.epoch += 1;
  saga.nextRunAt = 0;
};

const verdictOn = (world: ResetWorld, saga: string, name: string) =>
  world.journal.entries.find(({ sagaId, step }) => sagaId === saga && step.name === name && step.direction === 'run' && isVerdict(step.outcome))?.step.outcome;

/** Everything that must hold whatever happened; answers the sentences that do not. */
const violations = ({ world, history }: { world: ResetWorld; history: History }): string[] => {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string): void => void (holds || wrong.push(sentence));
  const kept = new Set([...world.order.bols, ...snapshotsOf(world).flatMap(({ bols }) => bols)].map(bolOf));
  must(history.clearedUnsaved.length === 0, `cleared before it was saved: ${history.clearedUnsaved.join(', ')}`);
  must(history.saved.every((bol) => kept.has(bol)), `lost: ${history.saved.filter((bol) => !kept.has(bol)).join(', ')}`);
  for (const { sagaId, nextRunAt, phase, status } of world.sagas.sagas.values()) {
    const entries = world.journal.entries.filter((entry) => entry.sagaId === sagaId);
    const has = (name: string, direction: string, outcome: string) => entries.some(({ step }) => step.name === name && step.direction === direction && step.outcome === outcome);
    must(nextRunAt === undefined, `${sagaId} never ended`);
    const clears = history.clears.get(sagaId) ?? [];
    must(clears.length <= 1, `${sagaId} cleared ${clears.length} times`);
    const sent = world.destination.received.filter(({ key }) => key === sagaId);
    must(new Set(sent.map(({ body }) => body)).size <= 1, `${sagaId} sent different bodies`);
    if (status === 'synced') must(sent.length > 0, `${sagaId} synced without being sent`);
    if (status === 'rejected') must(has('dispatch-reset', 'run', 'refused'), `${sagaId} rejected by nobody`);
    if (status === 'canceled') must(sent.length === 0 || !has('dispatch-reset', 'run', 'done'), `${sagaId} canceled after it was dispatched`);
    if (status === 'rejected' || status === 'canceled') {
      const elsewhere = new Set([...world.order.bols.map(bolOf), ...[...history.clears].flatMap(([by, removed]) => (by === sagaId ? [] : removed.flat()))]);
      must(clears.flat().every((bol) => elsewhere.has(bol)), `${sagaId} ${status}, but what it cleared was not put back`);
    }
    must(phase !== 'ended' || world.order.fence?.sagaId !== sagaId, `${sagaId} ended and still holds the order`);
    const verdicts = entries.filter(({ step }) => step.direction === 'run' && step.outcome === 'done').map(({ step }) => step.name);
    must(verdicts.join() === ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'].slice(0, verdicts.length).join(), `${sagaId} ran ${verdicts.join(', ')}`);
  }
  return wrong;
};

describe('whatever the order of events', () => {
  test(`in ${schedules} schedules nothing is lost, nothing is done twice and everything ends`, async () => {
    for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
      const wrong = violations(await runSchedule(seed));
      if (wrong.length > 0) throw new Error(`MODEL_SEED=${seed}: ${wrong.join('; ')}`);
    }
    expect(true).toBe(true);
  }, 600_000);
});

/** Each takes one safeguard away. A model that does not notice would prove nothing. */
const spoilt: [safeguard: string, spoil: (world: ResetWorld) => void][] = [
  [
    'the clear names the version that was saved',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, _version, hold) => clear(orderId, orders.documents.get(orderId)!.version, hold);
    },
  ],
  [
    'the fence remembers what was applied',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, version, hold) => {
        delete orders.documents.get(orderId)!.fence?.clearedVersion;
        return clear(orderId, version, hold);
      };
    },
  ],
  [
    'one saga holds an order',
    ({ orders }) => {
      const hold = orders.hold;
      orders.hold = (orderId, holder) => {
        orders.documents.get(orderId)!.fence = undefined;
        return hold(orderId, holder);
      };
    },
  ],
  [
    'the first verdict stands',
    ({ journal }) => {
      journal.write = async (entry) => {
        journal.entries.push(entry);
        return entry;
      };
    },
  ],
  [
    'what was cleared is put back',
    ({ orders }) => {
      orders.restoreDeliveries = async () => {};
    },
  ],
  [
    'a request is kept before it is sent',
    ({ destination }) => {
      let built = 0;
      const send = destination.send;
      destination.send = (order, request, signal) => send(order, { ...request, body: `${request.body}${++built}` }, signal);
    },
  ],
];

describe('a kernel without the safeguard that', () => {
  test.each(spoilt)('%s is found out', async (_, spoil) => {
    for (let seed = 1; seed <= 3_000; seed++) {
      if (violations(await runSchedule(seed, spoil)).length > 0) return;
    }
    throw new Error('3,000 schedules noticed nothing');
  });
});
