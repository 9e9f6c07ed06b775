import type { Connection } from './connection.js';

/**
 * What a job will do for its saga. `queued`: a worker is going to take it, or has just taken it. `replaceable`: it is absent, finished, delayed far ahead
 * or in no list at all, so a new one may take its place. `locked`: a worker took it a while ago, so it can be neither waited for nor removed.
 */
export type JobState = 'queued' | 'replaceable' | 'locked';

/** Milliseconds a job may lie with a worker before its saga, if that is still due, needs another. A claim takes some ten. */
export const tookLongMs = 2_000;

/** Milliseconds a delayed job may be ahead of its time, or late for it. */
const delayedMs = 5_000;

/**
 * Jobs read from the end of the waiting list that is served next. In a longer list a job that is not among them is taken for waiting, since it may be;
 * it comes into sight as the list shrinks. To search the whole list for each job would cost Redis a second at a page of a long backlog.
 */
const mostWaiting = 2_000;

/** Jobs in the hands of workers that are looked at, longest taken first. */
const mostTaken = 300;

/** BullMQ keeps the due time of a delayed job in the upper bits of its score. */
const scorePerMs = 0x1000;

export interface JobStates {
  /** One state for each id, in one trip. */
  look(ids: readonly string[]): Promise<JobState[]>;
  /** Sagas whose job a worker took a while ago and has not ended: at some a worker is, some have lost theirs. */
  sagasLongTaken(): Promise<string[]>;
}

/** Reads what BullMQ keeps of jobs. Its own `getState` is a trip for each job, and searches the lists. */
export const jobStates = (connection: Connection, base: string): JobStates => ({
  async look(ids) {
    if (ids.length === 0) return [];
    const pipeline = connection.pipeline().llen(`${base}wait`).lrange(`${base}wait`, -mostWaiting, -1);
    for (const id of ids) {
      pipeline.hmget(`${base}${id}`, 'timestamp', 'processedOn').exists(`${base}${id}:lock`);
      for (const set of ['completed', 'failed', 'prioritized', 'delayed']) pipeline.zscore(`${base}${set}`, id);
    }
    const [length, next, ...answers] = results(await pipeline.exec()) as [number, string[], ...unknown[]];
    const waiting = new Set(next);
    const waitsUnseen = length > next.length;
    return ids.map((id, index) => stateOf(answers.slice(6 * index, 6 * index + 6), waiting.has(id) || waitsUnseen, Date.now()));
  },

  async sagasLongTaken() {
    // Workers push at the left, so those that were taken first are at the right.
    const ids = await connection.lrange(`${base}active`, -mostTaken, -1);
    if (ids.length === 0) return [];
    const pipeline = connection.pipeline();
    for (const id of ids) pipeline.hmget(`${base}${id}`, 'processedOn', 'data');
    const jobs = results(await pipeline.exec()) as [string | null, string | null][];
    return jobs.flatMap(([taken, data]) => (justTaken(taken, Date.now()) ? [] : sagaIn(data)));
  },
});

const stateOf = ([job, lock, completed, failed, prioritized, delayed]: unknown[], mayWait: boolean, now: number): JobState => {
  const [made, taken] = job as [string | null, string | null];
  if (made === null || completed !== null || failed !== null) return 'replaceable';
  if (prioritized !== null) return 'queued';
  if (delayed !== null) return Math.abs(Number(delayed) / scorePerMs - now) < delayedMs ? 'queued' : 'replaceable';
  if (Number(lock) > 0) return justTaken(taken, now) ? 'queued' : 'locked';
  return mayWait ? 'queued' : 'replaceable';
};

/** By the clock of the worker that took it, which may be wrong: then a job too many is made, or a needed one a little later. */
const justTaken = (taken: string | null, now: number): boolean => Math.abs(now - Number(taken)) < tookLongMs;

const sagaIn = (data: string | null): string[] => {
  try {
    const { saga_id } = JSON.parse(data ?? '{}') as { saga_id?: unknown };
    return typeof saga_id === 'string' ? [saga_id] : [];
  } catch {
    return [];
  }
};

const results = (answers: [Error | null, unknown][] | null): unknown[] => {
  if (!answers) throw new Error('Redis left a pipeline unanswered');
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
};
