import type { Connection } from './connection.js';

/**
 * Whether a job will run its saga.
 * - `queued`: a worker will take the job, or has just taken it.
 * - `replaceable`: the job is absent, finished, delayed far ahead, or in no list. A new job may replace it.
 * - `locked`: a worker took the job some time ago and has not finished it. It cannot be removed.
 */
export type JobState = 'queued' | 'replaceable' | 'locked';

/** Milliseconds after which a taken job is replaced if its saga is still due. A claim usually takes about 10 ms. */
const justTakenMs = 2_000;

/** Milliseconds by which a delayed job may be early or late and still count as queued. */
const delayedMs = 5_000;

/**
 * Number of jobs read from the end of the waiting list that is served next. In a longer list, a job that is not among them counts as queued.
 * It is found when the list has become shorter. Searching the whole list for each job of a page would block Redis for a second.
 */
const mostWaiting = 2_000;

/** Maximum number of active jobs that one call examines, longest active first. */
const mostTaken = 300;

/** Number of active jobs read at once. With workers that are alive, the first page is enough. */
const pageOfTaken = 20;

/** BullMQ keeps the due time of a delayed job in the upper bits of its score. */
const scorePerMs = 0x1000;

export interface JobStates {
  /** Returns one state for each id, in one round trip. */
  read(ids: readonly string[]): Promise<JobState[]>;
  /** Returns the sagas whose job a worker took some time ago and has not finished. Some of those workers are dead. */
  sagasLongTaken(): Promise<string[]>;
  /** Returns the number of active jobs, with one cheap command. */
  active(): Promise<number>;
}

/** Reads job states from BullMQ's keys. BullMQ's own `getState` takes a round trip per job and searches the lists. */
export const jobStates = (connection: Connection, base: string): JobStates => ({
  async read(ids) {
    if (ids.length === 0) return [];
    const pipeline = connection.pipeline().llen(`${base}wait`).lrange(`${base}wait`, -mostWaiting, -1);
    for (const id of ids) {
      pipeline.hmget(`${base}${id}`, 'timestamp', 'processedOn').exists(`${base}${id}:lock`);
      for (const set of ['completed', 'failed', 'prioritized', 'delayed']) pipeline.zscore(`${base}${set}`, id);
    }
    const [length, next, ...replies] = resultsOf(await pipeline.exec()) as [number, string[], ...unknown[]];
    const waiting = new Set(next);
    const isTruncated = length > next.length;
    return ids.map((id, index) => toState(replies.slice(6 * index, 6 * index + 6), waiting.has(id) || isTruncated, Date.now()));
  },

  async sagasLongTaken() {
    const sagaIds: string[] = [];
    for (let examined = 0; examined < mostTaken; examined += pageOfTaken) {
      // Workers push on the left, so the jobs that were taken first are on the right. Behind one that was just taken there are only newer ones.
      const ids = await connection.lrange(`${base}active`, -examined - pageOfTaken, -examined - 1);
      if (ids.length === 0) break;
      const pipeline = connection.pipeline();
      for (const id of ids) pipeline.hmget(`${base}${id}`, 'processedOn', 'data');
      const jobs = resultsOf(await pipeline.exec()) as [string | null, string | null][];
      const longTaken = jobs.filter(([taken]) => !isJustTaken(taken, Date.now()));
      sagaIds.push(...longTaken.flatMap(([, data]) => sagaIdIn(data)));
      if (longTaken.length < pageOfTaken) break;
    }
    return sagaIds;
  },

  active: () => connection.llen(`${base}active`),
});

const toState = ([job, lock, completed, failed, prioritized, delayed]: unknown[], mayBeWaiting: boolean, now: number): JobState => {
  const [createdAt, taken] = job as [string | null, string | null];
  if (createdAt === null || completed !== null || failed !== null) return 'replaceable';
  if (prioritized !== null) return 'queued';
  if (delayed !== null) return Math.abs(Number(delayed) / scorePerMs - now) < delayedMs ? 'queued' : 'replaceable';
  if (Number(lock) > 0) return isJustTaken(taken, now) ? 'queued' : 'locked';
  return mayBeWaiting ? 'queued' : 'replaceable';
};

/** Uses the clock of the worker that took the job. If that clock is wrong, a superfluous job is enqueued, or a needed one is enqueued later. */
const isJustTaken = (taken: string | null, now: number): boolean => Math.abs(now - Number(taken)) < justTakenMs;

const sagaIdIn = (data: string | null): string[] => {
  try {
    const { saga_id } = JSON.parse(data ?? '{}') as { saga_id?: unknown };
    return typeof saga_id === 'string' ? [saga_id] : [];
  } catch {
    return [];
  }
};

const resultsOf = (replies: [Error | null, unknown][] | null): unknown[] => {
  if (!replies) throw new Error('Redis returned no result for a pipeline.');
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
};
