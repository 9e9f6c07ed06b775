import type { Sagas } from '@crossroads/saga';
import type { JobEnd, MemoryJob, MemorySagas, ResetFixture } from '@crossroads/testkit/memory';
import { ClaimUnsure } from '@crossroads/testkit/memory';

/** The claim of one execution, and whether its state was saved. */
interface Execution {
  epoch?: number;
  isSaved?: boolean;
}

/** The execution that is just beginning: its claim is the first thing it does, before it waits for anything. */
let beginning: Execution | undefined;
const executions = new WeakMap<object, Execution>();

/** The sagas as a worker has them, which remembers what it claims and saves. The same rules as in the worker's claim renewal. */
export const rememberingClaims = (sagas: MemorySagas): Sagas<unknown> => ({
  async saveState(claim, update) {
    await sagas.saveState(claim, update);
    const execution = executions.get(claim);
    if (execution) execution.isSaved = true;
  },
  async claim(sagaId) {
    const execution = beginning;
    try {
      const claim = await sagas.claim(sagaId);
      if (execution && typeof claim === 'object') {
        execution.epoch = claim.epoch;
        executions.set(claim, execution);
      }
      return claim;
    } catch (error) {
      if (execution && error instanceof ClaimUnsure) execution.epoch = error.epoch;
      throw error;
    }
  },
});

/** Processes a job as a worker does: runs the saga, ends the job, and releases a claim whose state was not saved. */
export const work = async ({ runSaga, queue, sagas }: ResetFixture, job: MemoryJob, token: number, random: () => number): Promise<void> => {
  const execution: Execution = {};
  const end = await process(runSaga, job.sagaId, execution, random);
  const release = async (): Promise<void> => {
    if (!execution.isSaved && execution.epoch !== undefined) await sagas.release(job.sagaId, [execution.epoch]).catch(() => undefined);
  };
  const first = random() < 0.5;
  if (first) await release();
  queue.end(job, token, end);
  if (!first) await release();
};

const process = async (runSaga: ResetFixture['runSaga'], sagaId: string, execution: Execution, random: () => number): Promise<JobEnd> => {
  try {
    beginning = execution;
    const running = runSaga(sagaId);
    beginning = undefined;
    const result = await running;
    if ('delayMs' in result) return { next: 'again', inMs: result.delayMs };
    return { next: result.outcome === 'stopped' ? 'operator' : 'over' };
  } catch {
    return { next: 'again', inMs: 1_000 + random() * 29_000 };
  }
};

/** Milliseconds a saga may be due before the sweep checks its job. */
const settlesMs = 2_000;

/** Enqueues runnable sagas without a job, as the worker's sweep does. */
export const sweep = async ({ clock, sagas, queue }: ResetFixture): Promise<void> => {
  const overdueMs = (nextRunAt: number, updatedAt: number): number => clock.now() - (nextRunAt === 0 ? updatedAt : nextRunAt);
  const due = [...sagas.sagas.values()].flatMap(({ sagaId, epoch, nextRunAt, updatedAt }) =>
    nextRunAt === undefined || nextRunAt > clock.now() ? [] : [{ sagaId, epoch, due: nextRunAt, overdueMs: overdueMs(nextRunAt, updatedAt) }],
  );
  const unmoved = await queue.notQueued(due.filter((wake) => wake.overdueMs > settlesMs));
  const stillDue = unmoved.filter(({ sagaId, epoch, due }) => sagas.sagas.get(sagaId)?.epoch === epoch && sagas.sagas.get(sagaId)?.nextRunAt === due);
  for (const wake of stillDue) await queue.reenqueue(wake);
};

/** Enqueues due sagas, as the worker's scan for expired leases does. */
export const scan = async ({ clock, sagas, queue }: ResetFixture): Promise<void> => {
  const due = [...sagas.sagas.values()].filter(({ nextRunAt }) => nextRunAt !== undefined && nextRunAt <= clock.now());
  for (const { sagaId, epoch, nextRunAt } of due) await queue.enqueue({ sagaId, epoch, due: nextRunAt ?? 0 });
};
