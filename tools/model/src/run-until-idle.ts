import type { MemorySaga, ResetFixture } from '@crossroads/testkit/memory';
import type { Commands } from './commands.js';
import type { History } from './history.js';
import { noteEnds, noteStops } from './history.js';
import type { Interleaving } from './interleaving.js';
import type { FaultyReach } from './faulty-reach.js';
import { sweep, work } from './worker.js';

interface AfterFaults {
  fixture: ResetFixture;
  history: History;
  commands: Commands;
  play: Interleaving;
  reach: FaultyReach;
}

/** Executions after the faults within which a saga must finish, stop, await approval, or wait for one that does. */
const mostWakes = 60;

/** Milliseconds: with a longer delay, the saga awaits approval. */
const longDelay = 3_600_000;

/** How often an operator resumes a saga before terminating it. */
const mostResumes = 3;

/**
 * Runs workers and a sweep every ten seconds, without faults. Each saga must finish, stop, await approval, or wait for one that does.
 * Then an operator decides about those. In the end all sagas have finished.
 */
export const runUntilIdle = async ({ fixture, history, commands, play, reach }: AfterFaults): Promise<void> => {
  const { sagas, queue, clock, order } = fixture;
  const resumes = new Map<string, number>();
  let wakes = new Map<string, number>();
  let sweptAt = -Infinity;
  let recovered = false;
  play.openGates();
  reach.outage = undefined;
  const { answers } = fixture.destination;
  answers.splice(0, answers.length, ...answers.filter((answer) => !(answer instanceof Error)));
  for (const job of queue.jobs.values()) if (job.state === 'active') job.state = 'waiting';
  if (play.random() < 0.3) queue.jobs.clear();

  const moving = (): MemorySaga[] => [...sagas.sagas.values()].filter((saga) => !atRest(saga));
  const settled = ({ phase, nextRunAt }: MemorySaga): boolean =>
    phase === 'ended' || (phase === 'stopped' && nextRunAt === undefined) || (phase === 'awaiting_approval' && nextRunAt! - clock.now() > longDelay);
  const atRest = (saga: MemorySaga): boolean => {
    if (settled(saga)) return true;
    const holder = order.lock && sagas.sagas.get(order.lock.sagaId);
    return saga.phase === 'waiting' && holder !== undefined && holder !== saga && holder.phase !== 'ended' && settled(holder) && (wakes.get(saga.sagaId) ?? 0) > 1;
  };

  for (let turn = 0; turn < 5_000; turn++) {
    if (reach.late.length > 0 && play.random() < 0.3) reach.landOne();
    if (reach.late.length > 0) wakes = new Map();
    noteEnds(fixture, history);
    if (moving().length === 0 && reach.late.length === 0) {
      noteStops(fixture, history);
      const [left] = [...sagas.sagas.values()].filter(({ phase }) => phase === 'stopped' || phase === 'awaiting_approval');
      if (left) {
        wakes = new Map();
        await decide(left).catch((error: unknown) => history.wrong.push(`the operator's decision about ${left.sagaId} failed: ${String(error)}`));
        if (history.wrong.length > 0) return;
        continue;
      }
      if ([...sagas.sagas.values()].every(({ phase }) => phase === 'ended')) {
        if (recovered || play.random() < 0.5) return;
        recovered = true;
        for (const sagaId of Array.from(sagas.sagas.keys())) await commands.recover(`${sagaId}-back`, sagaId, play.random() < 0.3);
      }
    }
    const job = play.oneOf(queue.ready());
    if (job) {
      const before = sagas.sagas.get(job.sagaId)?.epoch;
      await work(fixture, job, queue.take(job), play.random);
      const saga = sagas.sagas.get(job.sagaId);
      if (saga && saga.epoch !== before) wakes.set(saga.sagaId, (wakes.get(saga.sagaId) ?? 0) + 1);
      if ((wakes.get(job.sagaId) ?? 0) > mostWakes) return void history.wrong.push(`${job.sagaId} does not finish: ${mostWakes} executions after the faults, now ${saga!.phase} at ${saga!.step}`);
      continue;
    }
    if (clock.now() - sweptAt >= 10_000) {
      sweptAt = clock.now();
      await sweep(fixture);
      continue;
    }
    clock.pass(untilNext() ?? 10_000);
  }
  const unfinished = [...sagas.sagas.values()].filter(({ phase }) => phase !== 'ended').map(({ sagaId, phase, step }) => `${sagaId} is ${phase} at ${step}`);
  history.wrong.push(`never finishes: ${unfinished.join(', ')}`);

  /** Returns the milliseconds until the next event: a saga or a job is due, or the next sweep. */
  function untilNext(): number | undefined {
    const now = clock.now();
    const times = [
      ...[...sagas.sagas.values()].flatMap(({ nextRunAt, phase }) => (nextRunAt === undefined || (phase === 'awaiting_approval' && nextRunAt - now > longDelay) ? [] : [nextRunAt])),
      ...[...queue.jobs.values()].flatMap(({ state, runAt }) => (state === 'delayed' ? [runAt] : [])),
    ].filter((time) => time > now);
    const overdue = [...sagas.sagas.values()].some(({ nextRunAt }) => nextRunAt !== undefined && nextRunAt <= now);
    const next = Math.min(...times, ...(overdue ? [sweptAt + 10_000] : []));
    return Number.isFinite(next) ? Math.max(1, next - now) : undefined;
  }

  async function decide({ sagaId, phase }: MemorySaga): Promise<void> {
    const resumed = resumes.get(sagaId) ?? 0;
    resumes.set(sagaId, resumed + 1);
    if (phase === 'awaiting_approval') return void (await commands.answer(sagaId, play.random() < 0.5 ? 'done' : 'rejected'));
    return resumed < mostResumes && play.random() < 0.7 ? commands.resume(sagaId) : commands.terminate(sagaId);
  }
};
