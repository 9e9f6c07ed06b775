import { StoreUnavailable } from '@crossroads/saga';
import type { JobEnd, MemoryJob } from '../memory-queue.js';
import type { ResetWorld } from '../reset-world.js';

/** What a worker does with a job: lets the saga advance, and says what is to become of the job. The same as the worker's own code. */
export const work = async ({ advance, queue }: ResetWorld, job: MemoryJob, token: number, random: () => number): Promise<void> => {
  queue.end(job, token, await endOf(advance, job.sagaId, random));
};

const endOf = async (advance: ResetWorld['advance'], sagaId: string, random: () => number): Promise<JobEnd> => {
  try {
    const advanced = await advance(sagaId);
    if (advanced.outcome === 'resting') return { next: 'again', inMs: advanced.wakeInMs };
    return { next: advanced.outcome === 'stopped' ? 'operator' : 'over' };
  } catch (error) {
    return error instanceof StoreUnavailable ? { next: 'again', inMs: 1_000 + random() * 2_000 } : { next: 'threw' };
  }
};

/** Enqueues sagas that should run and do not, and unlocks orders that ended sagas still hold. The same as the worker's own code. */
export const sweep = async ({ clock, sagas, orders, order, queue }: ResetWorld): Promise<void> => {
  const now = clock.now();
  const due = [...sagas.sagas.values()].flatMap(({ sagaId, epoch, nextRunAt, updatedAt }) =>
    nextRunAt === undefined || nextRunAt > now ? [] : [{ sagaId, epoch, due: nextRunAt, overdueMinutes: Math.floor((now - Math.max(nextRunAt, updatedAt)) / 60_000) }],
  );
  for (const wake of due) await queue.enqueue(wake);
  const holder = order.fence && sagas.sagas.get(order.fence.sagaId);
  if (holder?.phase === 'ended') await orders.release(order.order.order_id, { sagaId: holder.sagaId });
};
