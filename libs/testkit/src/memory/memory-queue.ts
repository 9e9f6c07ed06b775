import type { MemoryClock } from './memory-clock.js';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

export interface MemoryJob {
  id: string;
  sagaId: string;
  state: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';
  /** Of a delayed job. */
  runAt: number;
  /** When a worker took it. */
  takenAt: number;
  /** Which taking of the job may end it. */
  token: number;
}

/** A saga that may be able to go on, as the one who enqueues it sees it. */
export interface Wake {
  sagaId: string;
  epoch: number;
  /** Since when it is due; 0 whatever the time. */
  due: number;
  /** Milliseconds it is overdue, told by the sweep only. */
  overdueMs?: number;
}

/** What comes of a job: done with, to run again in some milliseconds, or in need of an operator. */
export type JobEnd = { next: 'over' } | { next: 'again'; inMs: number } | { next: 'operator' };

export interface MemoryQueue {
  jobs: Map<string, MemoryJob>;
  enqueue(wake: Wake): Promise<void>;
  /** Of sagas that are due, those that no job in the queue is going to move. */
  notQueued(wakes: readonly Wake[]): Promise<Wake[]>;
  /** Enqueues whatever became of the earlier job: that is removed, or, while a worker holds it, the new one has an id of its own. */
  reenqueue(wake: Wake): Promise<void>;
  /** Jobs a worker could take. */
  ready(): MemoryJob[];
  take(job: MemoryJob): number;
  /** Ends a job as its worker says, unless another worker has taken it since. */
  end(job: MemoryJob, token: number, how: JobEnd): void;
}

/** Milliseconds after which a job that a worker took is no reason to wait, and that a delayed job may be off its time. As the queue's own. */
const tookLongMs = 2_000;
const delayedMs = 5_000;

/** One job per saga, epoch and due time; `again` makes a further id for the same state. As the queue's own. */
export const jobIdOf = ({ sagaId, epoch, due }: Wake, again?: number): string =>
  `saga-${sagaId}-e${epoch}${due === 0 ? '' : `-${due.toString(36)}`}${again === undefined ? '' : `-r${again}`}`;

/** A queue in memory with BullMQ's memory: a job that has ended keeps its id, and adding under a known id adds nothing. */
export const memoryQueue = (clock: MemoryClock, reach: Reach = atOnce): MemoryQueue => {
  const jobs = new Map<string, MemoryJob>();
  let tokens = 0;
  const add = (id: string, { sagaId }: Wake): Promise<void> =>
    reach.write('queue.add', () => {
      if (!jobs.has(id)) jobs.set(id, { id, sagaId, state: 'waiting', runAt: 0, takenAt: 0, token: 0 });
    });
  return {
    jobs,
    enqueue: (wake) => add(jobIdOf(wake), wake),
    notQueued: (wakes) =>
      reach.read('queue.look', () =>
        wakes.filter((wake) => {
          const job = jobs.get(jobIdOf(wake));
          if (job?.state === 'delayed') return Math.abs(job.runAt - clock.now()) >= delayedMs;
          if (job?.state === 'active') return clock.now() - job.takenAt >= tookLongMs;
          return job?.state !== 'waiting';
        }),
      ),
    async reenqueue(wake) {
      const id = jobIdOf(wake);
      const removed = await reach.write('queue.remove', () => jobs.get(id)?.state !== 'active' && (jobs.delete(id), true));
      await add(removed ? id : jobIdOf(wake, Math.max(0, Math.floor((wake.overdueMs ?? 0) / 60_000))), wake);
    },
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
      job.takenAt = clock.now();
      job.token = ++tokens;
      return job.token;
    },
    end(job, token, how) {
      if (jobs.get(job.id) !== job || job.token !== token || job.state !== 'active') return;
      if (how.next === 'again') Object.assign(job, { state: 'delayed', runAt: clock.now() + how.inMs });
      else job.state = how.next === 'over' ? 'completed' : 'failed';
    },
  };
};
