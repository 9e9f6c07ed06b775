import { entryKey, isVerdict, StepUnavailable } from '@crossroads/saga';
import { cancelableSteps } from '@crossroads/order-reset';
import type { ResetWorld } from '../reset-world.js';
import { resetWorld } from '../reset-world.js';
import type { History } from './history.js';
import { historyOf } from './history.js';
import { gated, Interleaving } from './interleaving.js';

/** A schedule that was run to its end. */
export interface Played {
  world: ResetWorld;
  history: History;
  /** Differs where who did what in which order differs. */
  path: string;
}

const eventsPerSchedule = 60;

/** What else may happen between two steps of a worker, by its odds. */
const events = ['crash', 'time', 'bol', 'reset', 'cancel', 'mood', 'timeUp', 'step'] as const;
const odds = { crash: 0.02, time: 0.08, bol: 0.03, reset: 0.01, cancel: 0.005, mood: 0.035, timeUp: 0.02 };

const moods = ['synced', 'synced', 'refused', new StepUnavailable('destination.unavailable', 'away')] as const;

/**
 * Two workers, resets of one order, a BOL writer, a caller who cancels, a moody destination, crashes anywhere, attempts that are given up
 * while their call is on its way, and time that passes.
 */
export const runSchedule = async (seed: number, spoil: (world: ResetWorld) => void = () => {}): Promise<Played> => {
  const play = new Interleaving(seed);
  const world = resetWorld({ wrap: (port) => gated(port, play), inTime: play.inTime });
  spoil(world);
  const history = historyOf(world);
  const sagas = [world.submit('saga-1')];
  let actors = 0;
  const workers = [actors++, actors++];

  for (let at = 0; at < eventsPerSchedule; at++) {
    const slot = play.below(workers.length);
    const actor = workers[slot]!;
    const event = draw(play.random());
    if (event !== 'step') play.note(-1, events.indexOf(event));
    if (event === 'crash') {
      play.crash(actor);
      workers[slot] = actors++;
    } else if (event === 'time') world.clock.pass(play.below(30_000));
    else if (event === 'bol') {
      history.saved.push(`BOL-w${at}`);
      world.orders.saveBol(world.order.order.order_id, { bol_number: `BOL-w${at}` });
    } else if (event === 'reset' && sagas.length < 3) sagas.push(world.submit(`saga-${sagas.length + 1}`));
    else if (event === 'cancel') cancel(world, sagas[play.below(sagas.length)]!);
    else if (event === 'mood') world.destination.answers.push(moods[play.below(moods.length)]!);
    else if (event === 'timeUp' && play.isTrying(actor)) {
      workers.push(actors++);
      await play.timeUp(actor, workers.at(-1)!);
    } else if (play.isLive(actor)) await play.step(actor);
    else if (slot > 1) workers.splice(slot, 1);
    else play.start(actor, () => world.advance(sagas[play.below(sagas.length)]!));
  }
  for (const actor of workers) play.crash(actor);
  play.openGates();
  world.destination.answers.length = 0;
  await finish(world, sagas);
  return { world, history, path: play.path };
};

const draw = (dice: number): (typeof events)[number] => {
  let below = 0;
  for (const event of events) {
    if (event === 'step' || dice < (below += odds[event])) return event;
  }
  return 'step';
};

/** The faults are over: whoever is due is advanced until nobody is, and the sweep gives back what ended sagas still hold. */
const finish = async (world: ResetWorld, sagas: readonly string[]): Promise<void> => {
  for (let turn = 0; turn < 500; turn++) {
    const holder = world.order.fence && world.sagas.sagas.get(world.order.fence.sagaId)!;
    if (holder?.phase === 'ended') await world.orders.release(world.order.order.order_id, holder);
    const [next] = sagas.map((saga) => world.sagas.sagas.get(saga)!).filter(({ nextRunAt }) => nextRunAt !== undefined).sort((a, b) => a.nextRunAt! - b.nextRunAt!);
    if (!next) return;
    world.clock.pass(Math.max(0, next.nextRunAt! - world.clock.now()));
    await world.advance(next.sagaId);
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
