import type { MemoryClock } from './clock-and-random.js';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

export interface MemoryJob {
  id: string;
  sagaId: string;
  state: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';
  /** When a delayed job runs. */
  runAt: number;
  /** When a worker took it. */
  takenAt: number;
  /** Lock token. Only the worker with this token may complete the job. */
  token: number;
}

/** A saga that may be runnable, with the state that the enqueuing process knows. */
export interface Wake {
  sagaId: string;
  epoch: number;
  /** When it is due; 0: immediately. */
  due: number;
  /** Milliseconds it is overdue; set only by the sweep. */
  overdueMs?: number;
}

/** The end of a job: completed, delayed, or failed for an operator. */
export type JobEnd = { next: 'over' } | { next: 'again'; inMs: number } | { next: 'operator' };

export interface MemoryQueue {
  jobs: Map<string, MemoryJob>;
  enqueue(wake: Wake): Promise<void>;
  /** Returns the due sagas that no job in the queue will run. */
  notQueued(wakes: readonly Wake[]): Promise<Wake[]>;
  /** Enqueues a new job. The earlier job is removed; while a worker holds it, the new job has an id of its own. */
  reenqueue(wake: Wake): Promise<void>;
  /** Returns the jobs that a worker can take. */
  ready(): MemoryJob[];
  take(job: MemoryJob): number;
  /** Ends a job, unless another worker has taken it since. */
  end(job: MemoryJob, token: number, how: JobEnd): void;
}

/** Milliseconds after which an active job does not count as queued, and tolerance for a delayed job's time. As in the real queue. */
const activeTooLongMs = 2_000;
const delayedMs = 5_000;

/** Returns the job id for a saga, epoch and due time, as in the real queue. `again` gives another id for the same state. */
export const jobIdOf = ({ sagaId, epoch, due }: Wake, again?: number): string =>
  `saga-${sagaId}-e${epoch}${due === 0 ? '' : `-${due.toString(36)}`}${again === undefined ? '' : `-r${again}`}`;

/** Creates a queue in memory. As in BullMQ, an ended job keeps its id, and adding a job with a known id does nothing. */
export const memoryQueue = (clock: MemoryClock, reach: Reach = immediate): MemoryQueue => {
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
      reach.read('queue.notQueued', () =>
        wakes.filter((wake) => {
          const job = jobs.get(jobIdOf(wake));
          if (job?.state === 'delayed') return Math.abs(job.runAt - clock.now()) >= delayedMs;
          if (job?.state === 'active') return clock.now() - job.takenAt >= activeTooLongMs;
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
