import type { Sagas } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';
import type { JobEnd, MemoryJob, MemorySagas, ResetWorld } from '@crossroads/testkit/memory';
import { ClaimUnsure } from '@crossroads/testkit/memory';

/** What a turn claimed, or may have claimed. */
interface Call {
  epoch?: number;
}

/** The call that is just beginning: its claim is the first thing it does, before it waits for anything. */
let beginning: Call | undefined;

/** The sagas as a worker has them, who remembers what it claims: the same as the worker's own code. */
export const caching = (sagas: MemorySagas): Sagas<unknown> => ({
  saveState: (claim, stateUpdate) => sagas.saveState(claim, stateUpdate),
  async claim(sagaId) {
    const call = beginning;
    try {
      const claim = await sagas.claim(sagaId);
      if (call && typeof claim === 'object') call.epoch = claim.epoch;
      return claim;
    } catch (error) {
      if (call && error instanceof ClaimUnsure) call.epoch = error.epoch;
      throw error;
    }
  },
});

/** What a worker does with a job: lets the saga advance, and says what is to become of the job. A claim that it did not settle it gives back. */
export const work = async ({ runSaga, queue, sagas }: ResetWorld, job: MemoryJob, token: number, random: () => number): Promise<void> => {
  const call: Call = {};
  const { end, savedState } = await turnAt(runSaga, job.sagaId, call, random);
  const release = async (): Promise<void> => {
    if (!savedState && call.epoch !== undefined) await sagas.release(job.sagaId, [call.epoch]).catch(() => undefined);
  };
  const first = random() < 0.5;
  if (first) await release();
  queue.end(job, token, end);
  if (!first) await release();
};

const turnAt = async (runSaga: ResetWorld['runSaga'], sagaId: string, call: Call, random: () => number): Promise<{ end: JobEnd; savedState: boolean }> => {
  try {
    beginning = call;
    const running = runSaga(sagaId);
    beginning = undefined;
    const result = await running;
    if (result.outcome === 'delayed') return { end: { next: 'again', inMs: result.delayMs }, savedState: true };
    return { end: { next: result.outcome === 'stopped' ? 'operator' : 'over' }, savedState: result.outcome !== 'skipped' };
  } catch (error) {
    return { end: { next: 'again', inMs: 1_000 + random() * (error instanceof StoreUnavailable ? 2_000 : 29_000) }, savedState: false };
  }
};

/** Milliseconds a saga may be due before the sweep looks at its job. */
const settlesMs = 2_000;

/** Enqueues sagas that should run and that no job is going to move, and unlocks orders that ended sagas still hold. The same as the worker's own code. */
export const sweep = async ({ clock, sagas, orders, order, queue }: ResetWorld): Promise<void> => {
  const overdueMs = (nextRunAt: number, updatedAt: number): number => clock.now() - (nextRunAt === 0 ? updatedAt : nextRunAt);
  const due = [...sagas.sagas.values()].flatMap(({ sagaId, epoch, nextRunAt, updatedAt }) =>
    nextRunAt === undefined || nextRunAt > clock.now() ? [] : [{ sagaId, epoch, due: nextRunAt, overdueMs: overdueMs(nextRunAt, updatedAt) }],
  );
  const unmoved = await queue.notQueued(due.filter((wake) => wake.overdueMs > settlesMs));
  const stillDue = unmoved.filter(({ sagaId, epoch, due }) => sagas.sagas.get(sagaId)?.epoch === epoch && sagas.sagas.get(sagaId)?.nextRunAt === due);
  for (const wake of stillDue) await queue.reenqueue(wake);
  const holder = order.lock && sagas.sagas.get(order.lock.sagaId);
  if (holder?.phase === 'ended') await orders.unlock(order.order.order_id, { sagaId: holder.sagaId });
};

/** Enqueues for sagas that are due, as the scan for what dead workers left behind does. */
export const scan = async ({ clock, sagas, queue }: ResetWorld): Promise<void> => {
  const due = [...sagas.sagas.values()].filter(({ nextRunAt }) => nextRunAt !== undefined && nextRunAt <= clock.now());
  for (const { sagaId, epoch, nextRunAt } of due) await queue.enqueue({ sagaId, epoch, due: nextRunAt ?? 0 });
};
