import { NO_PROGRESS } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import type { ResetWorld } from '@crossroads/testkit/memory';
import { resetWorld } from '@crossroads/testkit/memory';
import type { Commands } from './commands.js';
import { commandsOn } from './commands.js';
import { runUntilIdle } from './run-until-idle.js';
import type { History } from './history.js';
import { historyOf, noteEnds } from './history.js';
import { Interleaving } from './interleaving.js';
import { mishaps } from './mishaps.js';
import { UnkindReach } from './unkind-reach.js';
import { rememberingClaims, scan, sweep, work } from './worker.js';

/** A schedule that was run to its end. */
export interface Played {
  world: ResetWorld;
  history: History;
  /** Differs where who did what in which order differs. */
  path: string;
}

export interface Options {
  spoil?: ((world: ResetWorld) => void) | undefined;
  /** Filled with what happened, line by line. */
  trace?: string[] | undefined;
}

/** Most schedules are short, since most faults need few events; a few are long enough for a worker to wake up when its saga has long ended. */
const eventsPerSchedule = { usual: 140, long: 600 };
const workers = 2;
const mostResets = 4;

/** Ids are not in the order of acceptance: two intakes have two clocks, and an insert may be slow. */
const ids = ['saga-4', 'saga-2', 'saga-6', 'saga-1', 'saga-5', 'saga-3'];

/** What else may happen between two steps of an actor, by its odds. */
const odds = {
  crash: 0.018,
  time: 0.05,
  bol: 0.015,
  progress: 0.008,
  reset: 0.02,
  cancel: 0.015,
  operator: 0.025,
  scenario: 0.05,
  timeUp: 0.02,
  land: 0.04,
  sweep: 0.02,
  renew: 0.012,
  queue: 0.025,
  outage: 0.003,
};
const events = Object.keys(odds) as (keyof typeof odds)[];

const scenarios = ['synced', 'synced', 'synced', 'rejected', 'rejected', 'requested', new RetryableError('destination.unavailable', 'away')] as const;

/**
 * Workers, resets of one order, a BOL writer and one of progress, callers and operators at their commands, a moody destination, a queue that loses
 * and doubles jobs, a network that loses, repeats nothing and delays; crashes anywhere, attempts given up while their call is on its way, leases
 * that run out, and time that passes. Then the faults are over, and everything must come to rest.
 */
export const runSchedule = async (seed: number, { spoil, trace }: Options = {}): Promise<Played> => {
  const play = new Interleaving(seed, trace);
  const reach = new UnkindReach(play);
  const world = resetWorld({ reach, claiming: rememberingClaims, withTimeout: play.withTimeout, random: () => play.random(), dispatchRetry: { firstDelayMs: 1_000, maxDelayMs: 60_000 } });
  world.destination.policy.onRejection = play.random() < 0.2 ? 'keep' : 'restore';
  spoil?.(world);
  const history = historyOf(world);
  const commands = commandsOn(world);
  let made = play.below(ids.length);
  const nextId = (): string => ids[made++ % ids.length]!;
  let actors = workers;
  const living = Array.from({ length: workers }, (_, index) => index);
  const sagaIds = (): string[] => [...world.sagas.sagas.keys()];
  const orderId = world.order.order.order_id;

  const begin = (name: string, run: () => Promise<unknown>): void => {
    living.push(actors);
    play.start(actors++, name, run);
  };
  const accept = (): void => {
    if (made >= 2 * ids.length || world.sagas.sagas.size >= mostResets) return;
    const id = nextId();
    if (world.sagas.sagas.has(id)) return;
    begin(`intake ${id}`, () => commands.accept(id).then(() => history.accepted.push(id)));
  };
  const stop = (actor: number): void => {
    const write = play.crash(actor);
    if (write && play.random() < 0.5) reach.late.push(write);
  };

  const act: Record<keyof typeof odds, (slot: number) => void | Promise<void>> = {
    crash(slot) {
      stop(living[slot]!);
      if (slot < workers) living[slot] = actors++;
    },
    time() {
      const ms = play.random() < 0.5 ? play.below(3_000) : play.below(30_000);
      world.clock.pass(ms);
      play.say(`${ms} ms pass`, 'clock');
    },
    bol() {
      const bol = `BOL-w${history.saved.length}`;
      history.saved.push(bol);
      world.orders.saveBol(orderId, { bol_number: bol });
      play.say(`saves ${bol}`, 'BOL writer');
    },
    progress() {
      const state = play.oneOf(['LOADING', 'COMPLETE', NO_PROGRESS])!;
      world.orders.saveProgress(orderId, state);
      if (state !== NO_PROGRESS) for (const change of history.changes) change.movedOn = true;
      play.say(`sets ${state}`, 'progress writer');
    },
    reset: accept,
    cancel() {
      const id = play.oneOf(sagaIds());
      if (id !== undefined) begin(`cancel ${id}`, () => commands.cancel(id));
    },
    operator() {
      const id = play.oneOf(sagaIds());
      if (id !== undefined) operate(id);
    },
    scenario() {
      const scenario = play.oneOf(scenarios)!;
      world.destination.answers.push(scenario);
      play.say(`will answer ${scenario instanceof Error ? 'nothing' : scenario}`, 'destination');
    },
    async timeUp(slot) {
      const actor = living[slot]!;
      if (!play.isTrying(actor)) return;
      living.push(actors);
      await play.timeUp(actor, actors++);
    },
    land: () => reach.landOne(),
    sweep: () => (play.random() < 0.3 ? begin('scan', () => scan(world)) : begin('sweep', () => sweep(world))),
    renew() {
      const saga = world.sagas.sagas.get(play.oneOf(sagaIds()) ?? '');
      if (saga) begin(`renew ${saga.sagaId} e${saga.epoch}`, () => world.sagas.renew({ sagaId: saga.sagaId, epoch: saga.epoch }));
    },
    queue: () => mishaps(world, play),
    outage() {
      reach.outage = play.random() < 0.5 ? 'away' : 'unlisted';
      play.say(reach.outage, 'outage');
    },
  };

  const operate = (id: string): void => {
    const saga = world.sagas.sagas.get(id)!;
    const input = play.oneOf<keyof Commands>(saga.phase === 'awaiting_approval' ? ['answer', 'answer', 'terminate'] : saga.phase === 'ended' ? ['recover'] : ['terminate', 'terminate', 'resume', 'runNow'])!;
    if (input === 'recover') {
      const recovery = nextId();
      if (!world.sagas.sagas.has(recovery)) begin(`recover ${id}`, () => commands.recover(recovery, id, play.random() < 0.3));
    } else if (input === 'answer') begin(`answer ${id}`, () => commands.answer(id, play.random() < 0.5 ? 'done' : 'rejected'));
    else begin(`${input} ${id}`, () => (commands[input] as (sagaId: string) => Promise<void>)(id));
  };

  for (let some = play.below(3); some > 0; some--) await act.scenario(0);
  accept();
  const last = play.random() < 0.06 ? eventsPerSchedule.long : eventsPerSchedule.usual;
  for (let at = 0; at < last; at++) {
    const slot = play.below(living.length);
    const actor = living[slot]!;
    const event = draw(play.random());
    if (event !== undefined) {
      play.note(-1, events.indexOf(event));
      await act[event](slot);
    } else if (play.isLive(actor)) await play.step(actor);
    else if (slot >= workers) living.splice(slot, 1);
    else {
      const job = play.oneOf(world.queue.ready());
      if (job) {
        const token = world.queue.take(job);
        play.start(actor, `worker ${actor} ${job.id}`, () => work(world, job, token, play.random));
      } else if (living.length === workers && play.random() < 0.3) {
        world.clock.pass(play.below(15_000));
        await act.sweep(slot);
      }
    }
    if (reach.outage !== undefined && play.random() < 0.04) {
      reach.outage = undefined;
      play.say('over', 'outage');
    }
    noteEnds(world, history);
  }
  for (const actor of living) stop(actor);
  await runUntilIdle({ world, history, commands, play, reach });
  return { world, history, path: play.path };
};

const draw = (dice: number): keyof typeof odds | undefined => {
  let below = 0;
  for (const event of events) if (dice < (below += odds[event])) return event;
  return undefined;
};
