import type { MemorySaga, ResetWorld } from '@crossroads/testkit/memory';
import type { Commands } from './commands.js';
import type { History } from './history.js';
import { noteEnds } from './history.js';
import type { Interleaving } from './interleaving.js';
import type { UnkindReach } from './unkind-reach.js';
import { sweep, work } from './worker.js';

interface Afterwards {
  world: ResetWorld;
  history: History;
  commands: Commands;
  play: Interleaving;
  reach: UnkindReach;
}

/** Wake-ups within which a saga must end, stop, park, or wait for one that did, once the faults are over. */
const mostWakes = 60;

/** Milliseconds: a saga that parks longer waits for an answer. */
const longRest = 3_600_000;

/** How often an operator resumes a saga before he abandons it. */
const mostResumes = 3;

/**
 * The faults are over: workers take jobs, the sweep looks every ten seconds, and nothing else moves a saga. Each must end, stop, park, or wait for
 * one that did. Then an operator decides about those, and in the end all have ended and the order is free.
 */
export const runUntilIdle = async ({ world, history, commands, play, reach }: Afterwards): Promise<void> => {
  const { sagas, queue, clock, order } = world;
  const resumes = new Map<string, number>();
  let wakes = new Map<string, number>();
  let sweptAt = -Infinity;
  let recovered = false;
  play.openGates();
  reach.outage = undefined;
  const { answers } = world.destination;
  answers.splice(0, answers.length, ...answers.filter((answer) => !(answer instanceof Error)));
  for (const job of queue.jobs.values()) if (job.state === 'active') job.state = 'waiting';
  if (play.random() < 0.3) queue.jobs.clear();

  const moving = (): MemorySaga[] => [...sagas.sagas.values()].filter((saga) => !atRest(saga));
  const settled = ({ phase, nextRunAt }: MemorySaga): boolean =>
    phase === 'ended' || (phase === 'stopped' && nextRunAt === undefined) || (phase === 'awaiting_approval' && nextRunAt! - clock.now() > longRest);
  const atRest = (saga: MemorySaga): boolean => {
    if (settled(saga)) return true;
    const holder = order.lock && sagas.sagas.get(order.lock.sagaId);
    return saga.phase === 'waiting' && holder !== undefined && holder !== saga && holder.phase !== 'ended' && settled(holder) && (wakes.get(saga.sagaId) ?? 0) > 1;
  };

  for (let turn = 0; turn < 5_000; turn++) {
    if (reach.late.length > 0 && play.random() < 0.3) reach.landOne();
    if (reach.late.length > 0) wakes = new Map();
    noteEnds(world, history);
    if (moving().length === 0 && reach.late.length === 0) {
      const [left] = [...sagas.sagas.values()].filter(({ phase }) => phase === 'stopped' || phase === 'awaiting_approval');
      if (left) {
        wakes = new Map();
        await decide(left).catch((error: unknown) => history.wrong.push(`${left.sagaId} cannot be decided about: ${String(error)}`));
        if (history.wrong.length > 0) return;
        continue;
      }
      if (order.lock === undefined && [...sagas.sagas.values()].every(({ phase }) => phase === 'ended')) {
        if (recovered || play.random() < 0.5) return;
        recovered = true;
        for (const sagaId of Array.from(sagas.sagas.keys())) await commands.recover(`${sagaId}-back`, sagaId, play.random() < 0.3);
      }
    }
    const job = play.oneOf(queue.ready());
    if (job) {
      const before = sagas.sagas.get(job.sagaId)?.epoch;
      await work(world, job, queue.take(job), play.random);
      const saga = sagas.sagas.get(job.sagaId);
      if (saga && saga.epoch !== before) wakes.set(saga.sagaId, (wakes.get(saga.sagaId) ?? 0) + 1);
      if ((wakes.get(job.sagaId) ?? 0) > mostWakes) return void history.wrong.push(`${job.sagaId} does not come to rest: ${mostWakes} times awake since the faults are over, now ${saga!.phase} at ${saga!.step}`);
      continue;
    }
    if (clock.now() - sweptAt >= 10_000) {
      sweptAt = clock.now();
      await sweep(world);
      continue;
    }
    clock.pass(untilNext() ?? 10_000);
  }
  const unfinished = [...sagas.sagas.values()].filter(({ phase }) => phase !== 'ended').map(({ sagaId, phase, step }) => `${sagaId} is ${phase} at ${step}`);
  history.wrong.push(unfinished.length > 0 ? `never comes to an end: ${unfinished.join(', ')}` : `${order.lock?.sagaId} has ended and still holds the order`);

  /** Milliseconds until something can happen: a saga or a job is due, or the next sweep looks. */
  function untilNext(): number | undefined {
    const now = clock.now();
    const times = [
      ...[...sagas.sagas.values()].flatMap(({ nextRunAt, phase }) => (nextRunAt === undefined || (phase === 'awaiting_approval' && nextRunAt - now > longRest) ? [] : [nextRunAt])),
      ...[...queue.jobs.values()].flatMap(({ state, runAt }) => (state === 'delayed' ? [runAt] : [])),
    ].filter((time) => time > now);
    const overdue = [...sagas.sagas.values()].some(({ nextRunAt }) => nextRunAt !== undefined && nextRunAt <= now);
    const next = Math.min(...times, ...(overdue || order.lock ? [sweptAt + 10_000] : []));
    return Number.isFinite(next) ? Math.max(1, next - now) : undefined;
  }

  async function decide({ sagaId, phase }: MemorySaga): Promise<void> {
    const resumed = resumes.get(sagaId) ?? 0;
    resumes.set(sagaId, resumed + 1);
    if (phase === 'awaiting_approval') return commands.answer(sagaId, play.random() < 0.5 ? 'done' : 'rejected');
    return resumed < mostResumes && play.random() < 0.7 ? commands.resume(sagaId) : commands.terminate(sagaId);
  }
};
