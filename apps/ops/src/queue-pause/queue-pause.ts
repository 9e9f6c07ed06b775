import type { BullmqQueue } from '@crossroads/saga-bullmq';
import type { AuditRepository } from '@crossroads/store';

/** That the queue is paused; and since when and by which operator, where it was paused on this board. */
export interface QueuePause {
  by?: string;
  since?: Date;
}

/** Undefined while the queue is not paused, and when Redis does not say. */
export type QueuePauseRead = () => Promise<QueuePause | undefined>;

/** Longer than this no page waits for it. */
const patienceMs = 1_000;

/** Whether it is paused is for the queue to say: other tools can pause it too. The audit trail adds who did, as far as it was done and undone on this board. */
export const queuePause =
  (queue: Pick<BullmqQueue, 'isPaused'>, audit: Pick<AuditRepository, 'boardPause'>): QueuePauseRead =>
  async () => {
    if (!(await isPaused(queue))) return undefined;
    const pause = await audit.boardPause();
    return pause ? { by: pause.by, since: pause.at } : {};
  };

/** A queue without an answer is not paused for all that a page knows; that Redis is away is said elsewhere. */
const isPaused = (queue: Pick<BullmqQueue, 'isPaused'>): Promise<boolean> =>
  Promise.race([queue.isPaused(), new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false).unref())]).catch(() => false);
