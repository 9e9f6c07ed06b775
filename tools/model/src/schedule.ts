import { NO_PROGRESS } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import type { ResetFixture } from '@crossroads/testkit/memory';
import { resetFixture } from '@crossroads/testkit/memory';
import type { Commands } from './commands.js';
import { commandsOn } from './commands.js';
import { runUntilIdle } from './run-until-idle.js';
import type { History } from './history.js';
import { historyOf, noteEnds } from './history.js';
import { Interleaving } from './interleaving.js';
import { mishaps } from './mishaps.js';
import { FaultyReach } from './faulty-reach.js';
import { rememberingClaims, scan, sweep, work } from './worker.js';

/** Result of a schedule. */
export interface Played {
  fixture: ResetFixture;
  history: History;
  /** Hash of actors and commands in their order. */
  path: string;
}

export interface Options {
  removeSafeguard?: ((fixture: ResetFixture) => void) | undefined;
  /** Receives the trace, line by line. */
  trace?: string[] | undefined;
}

/** Most schedules are short, since most faults need few events. A few are so long that a worker continues after its saga has finished. */
const eventsPerSchedule = { usual: 140, long: 600 };
const workers = 2;
const mostResets = 4;

/** Failed attempts of a step on our own data before its last one. A long outage would have used them up. */
const lastAttempt = 19;

/** Ids are not in the order of acceptance: two intakes have two clocks, and an insert may be slow. */
const ids = ['saga-4', 'saga-2', 'saga-6', 'saga-1', 'saga-5', 'saga-3'];

/** Events between two steps of an actor, with their weights. */
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
  deadline: 0.004,
  exhaust: 0.02,
};
const events = Object.keys(odds) as (keyof typeof odds)[];

const scenarios = ['synced', 'synced', 'synced', 'rejected', 'rejected', 'requested', new RetryableError('destination.unavailable', 'away')] as const;

/**
 * Runs one schedule. Actors: workers, callers, operators, a BOL writer and a progress writer, all on one order.
 * Faults: the destination rejects or fails, the queue loses and duplicates jobs, the network loses and delays commands.
 * Workers crash anywhere, attempts time out while a call is in flight, and leases expire. Then the faults stop, and all sagas must finish.
 */
export const runSchedule = async (seed: number, { removeSafeguard, trace }: Options = {}): Promise<Played> => {
  const play = new Interleaving(seed, trace);
  const reach = new FaultyReach(play);
  const fixture = resetFixture({ reach, claiming: rememberingClaims, withTimeout: play.withTimeout, random: () => play.random(), dispatchRetry: { firstDelayMs: 1_000, maxDelayMs: 60_000 } });
  fixture.destination.policy.onRejection = play.random() < 0.2 ? 'keep' : 'restore';
  removeSafeguard?.(fixture);
  const history = historyOf(fixture);
  const commands = commandsOn(fixture);
  let made = play.below(ids.length);
  const nextId = (): string => ids[made++ % ids.length]!;
  let actors = workers;
  const living = Array.from({ length: workers }, (_, index) => index);
  const sagaIds = (): string[] => [...fixture.sagas.sagas.keys()];
  const orderId = fixture.order.order.order_id;

  const begin = (name: string, run: () => Promise<unknown>): void => {
    living.push(actors);
    play.start(actors++, name, run);
  };
  const accept = (): void => {
    if (made >= 2 * ids.length || fixture.sagas.sagas.size >= mostResets) return;
    const id = nextId();
    if (fixture.sagas.sagas.has(id)) return;
    begin(`intake ${id}`, () => commands.accept(id).then(() => history.accepted.push(id)));
  };
  const noteDecision = (id: string, valid: boolean): void => void (valid && history.decided.add(id));
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
      fixture.clock.pass(ms);
      play.log(`${ms} ms pass`, 'clock');
    },
    bol() {
      const bol = `BOL-w${history.saved.length}`;
      history.saved.push(bol);
      fixture.orders.saveBol(orderId, { bol_number: bol });
      play.log(`saves ${bol}`, 'BOL writer');
    },
    progress() {
      const state = play.oneOf(['LOADING', 'COMPLETE', NO_PROGRESS])!;
      fixture.orders.saveProgress(orderId, state);
      if (state !== NO_PROGRESS) for (const change of history.changes) change.movedOn = true;
      play.log(`sets ${state}`, 'progress writer');
    },
    reset: accept,
    cancel() {
      const id = play.oneOf(sagaIds());
      if (id !== undefined) begin(`cancel ${id}`, () => commands.cancel(id).then((valid) => noteDecision(id, valid)));
    },
    operator() {
      const id = play.oneOf(sagaIds());
      if (id !== undefined) operate(id);
    },
    scenario() {
      const scenario = play.oneOf(scenarios)!;
      fixture.destination.answers.push(scenario);
      play.log(`will answer ${scenario instanceof Error ? 'nothing' : scenario}`, 'destination');
    },
    async timeUp(slot) {
      const actor = living[slot]!;
      if (!play.isTrying(actor)) return;
      living.push(actors);
      await play.timeUp(actor, actors++);
    },
    land: () => reach.landOne(),
    sweep: () => (play.random() < 0.3 ? begin('scan', () => scan(fixture)) : begin('sweep', () => sweep(fixture))),
    renew() {
      const saga = fixture.sagas.sagas.get(play.oneOf(sagaIds()) ?? '');
      if (saga) begin(`renew ${saga.sagaId} e${saga.epoch}`, () => fixture.sagas.renew({ sagaId: saga.sagaId, epoch: saga.epoch }));
    },
    queue: () => mishaps(fixture, play),
    outage() {
      reach.outage = play.random() < 0.5 ? 'away' : 'unlisted';
      play.log(reach.outage, 'outage');
    },
    deadline() {
      const waiting = [...fixture.sagas.sagas.values()].find(({ phase }) => phase === 'awaiting_approval');
      if (waiting?.nextRunAt === undefined) return;
      fixture.clock.pass(Math.max(0, waiting.nextRunAt - fixture.clock.now()));
      play.log(`the time for an approval of ${waiting.sagaId} ends`, 'clock');
    },
    exhaust() {
      const saga = fixture.sagas.sagas.get(play.oneOf(sagaIds()) ?? '');
      if (!saga || saga.phase === 'ended' || saga.phase === 'stopped') return;
      saga.failures = lastAttempt;
      play.log(`${saga.sagaId} has one attempt left`, 'outage');
    },
  };

  const operate = (id: string): void => {
    const saga = fixture.sagas.sagas.get(id)!;
    const input = play.oneOf<keyof Commands>(saga.phase === 'awaiting_approval' ? ['answer', 'answer', 'terminate'] : saga.phase === 'ended' ? ['recover'] : ['terminate', 'terminate', 'resume', 'runNow'])!;
    if (input === 'recover') {
      const recovery = nextId();
      if (!fixture.sagas.sagas.has(recovery)) begin(`recover ${id}`, () => commands.recover(recovery, id, play.random() < 0.3));
    } else if (input === 'answer') begin(`answer ${id}`, () => commands.answer(id, play.random() < 0.5 ? 'done' : 'rejected').then((valid) => noteDecision(id, valid)));
    else begin(`${input} ${id}`, () => (commands[input] as (sagaId: string) => Promise<unknown>)(id));
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
      const job = play.oneOf(fixture.queue.ready());
      if (job) {
        const token = fixture.queue.take(job);
        play.start(actor, `worker ${actor} ${job.id}`, () => work(fixture, job, token, play.random));
      } else if (living.length === workers && play.random() < 0.3) {
        fixture.clock.pass(play.below(15_000));
        await act.sweep(slot);
      }
    }
    if (reach.outage !== undefined && play.random() < 0.04) {
      reach.outage = undefined;
      play.log('over', 'outage');
    }
    noteEnds(fixture, history);
  }
  for (const actor of living) stop(actor);
  await runUntilIdle({ fixture, history, commands, play, reach });
  return { fixture, history, path: play.path };
};

const draw = (dice: number): keyof typeof odds | undefined => {
  let below = 0;
  for (const event of events) if (dice < (below += odds[event])) return event;
  return undefined;
};
