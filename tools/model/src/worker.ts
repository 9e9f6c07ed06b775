import type { Sagas } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';
import type { JobEnd, MemoryJob, MemorySagas, ResetFixture } from '@crossroads/testkit/memory';
import { ClaimUnsure } from '@crossroads/testkit/memory';

/** Claims of one execution, including uncertain ones. */
interface Call {
  epoch?: number;
}

/** The execution that is just starting. Its claim is its first synchronous action. */
let beginning: Call | undefined;

/** Wraps the sagas as the worker's own code does, and records claims. */
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

/** Processes one job: runs the saga, releases claims whose state was not saved, and ends the job. */
export const work = async ({ runSaga, queue, sagas }: ResetFixture, job: MemoryJob, token: number, random: () => number): Promise<void> => {
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

const turnAt = async (runSaga: ResetFixture['runSaga'], sagaId: string, call: Call, random: () => number): Promise<{ end: JobEnd; savedState: boolean }> => {
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

/** Milliseconds a saga may be due before the sweep checks its job. */
const settlesMs = 2_000;

/** Enqueues runnable sagas without a job, and unlocks orders of finished sagas, as the worker's sweep does. */
export const sweep = async ({ clock, sagas, orders, order, queue }: ResetFixture): Promise<void> => {
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

/** Enqueues due sagas, as the worker's scan for expired leases does. */
export const scan = async ({ clock, sagas, queue }: ResetFixture): Promise<void> => {
  const due = [...sagas.sagas.values()].filter(({ nextRunAt }) => nextRunAt !== undefined && nextRunAt <= clock.now());
  for (const { sagaId, epoch, nextRunAt } of due) await queue.enqueue({ sagaId, epoch, due: nextRunAt ?? 0 });
};
