import type { MemoryClock } from './memory-clock.js';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

export interface MemoryJob {
  id: string;
  sagaId: string;
  state: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';
  /** Of a delayed job. */
  runAt: number;
  attemptsMade: number;
  /** Which taking of the job may end it. */
  token: number;
}

/** A saga that may be able to go on, as the one who enqueues it sees it. */
export interface Wake {
  sagaId: string;
  epoch: number;
  /** Since when it is due; 0 whatever the time. */
  due: number;
  /** Minutes it is overdue, told by the sweep only. */
  overdueMinutes?: number;
}

/** What comes of a job: done with, to run again in some milliseconds, or in need of an operator. `threw`: the worker's code failed. */
export type JobEnd = { next: 'over' } | { next: 'again'; inMs: number } | { next: 'operator' } | { next: 'threw' };

export interface MemoryQueue {
  jobs: Map<string, MemoryJob>;
  enqueue(wake: Wake): Promise<void>;
  /** Jobs a worker could take. */
  ready(): MemoryJob[];
  take(job: MemoryJob): number;
  /** Ends a job as its worker says, unless another worker has taken it since. */
  end(job: MemoryJob, token: number, how: JobEnd): void;
}

/** BullMQ gives a job up for good after so many attempts that threw. */
const mostAttempts = 5;

/** One job per saga, epoch and due time; the sweep adds how many minutes the saga is overdue, so that a job which was there before cannot be in the way. */
export const jobIdOf = ({ sagaId, epoch, due, overdueMinutes = 0 }: Wake): string =>
  `saga-${sagaId}-e${epoch}${due === 0 ? '' : `-${due.toString(36)}`}${overdueMinutes < 1 ? '' : `-r${overdueMinutes}`}`;

/** A queue in memory with BullMQ's memory: a job that has ended keeps its id, and adding under a known id adds nothing. */
export const memoryQueue = (clock: MemoryClock, reach: Reach = atOnce): MemoryQueue => {
  const jobs = new Map<string, MemoryJob>();
  let tokens = 0;
  return {
    jobs,
    enqueue: (wake) =>
      reach.write('queue.add', () => {
        const id = jobIdOf(wake);
        if (!jobs.has(id)) jobs.set(id, { id, sagaId: wake.sagaId, state: 'waiting', runAt: 0, attemptsMade: 0, token: 0 });
      }),
    ready() {
      const ready: MemoryJob[] = [];
      for (const job of jobs.values()) {
        if (job.state === 'delayed' && job.runAt <= clock.now()) job.state = 'waiting';
        if (job.state === 'waiting') ready.push(job);
      }
      return ready;
    },
    take(job) {
      job.state = 'active';
      job.token = ++tokens;
      return job.token;
    },
    end(job, token, how) {
      if (jobs.get(job.id) !== job || job.token !== token || job.state !== 'active') return;
      if (how.next === 'threw') job.attemptsMade += 1;
      const rests = how.next === 'again' || (how.next === 'threw' && job.attemptsMade < mostAttempts);
      if (rests) Object.assign(job, { state: 'delayed', runAt: clock.now() + (how.next === 'again' ? how.inMs : 1_000 * 2 ** (job.attemptsMade - 1)) });
      else job.state = how.next === 'over' ? 'completed' : 'failed';
    },
  };
};
