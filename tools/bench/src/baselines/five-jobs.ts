import { Worker } from 'bullmq';
import { benchQueue, connectRedis, prefix, readyOrExit } from '../harness/stores.js';
import type { Baseline } from './baseline.js';
import type { SagaRun } from './same-writes.js';
import { openPost, steps } from './same-writes.js';
import { singleAccess } from './unbatched.js';

interface StepJob {
  /** Index of the step. */
  at: number;
  run: SagaRun;
}

/** Five chained BullMQ jobs per saga. Each job is one step with its reads and writes, unbatched, and enqueues the next job. */
export const fiveJobs: Baseline = async ({ store, redisUrl, templates, inFlight, completed }) => {
  const connection = connectRedis(redisUrl);
  const { post, close } = openPost(templates);
  const writers = { access: singleAccess(store), post, templates };
  const queue = benchQueue('five', connection);
  const worker = new Worker<StepJob>(
    'five',
    async ({ data: { at, run } }) => {
      const next = await steps[at]!(writers, run);
      if (at + 1 < steps.length) await queue.add('step', { at: at + 1, run: next }, { jobId: `${next.sagaId}-${at + 1}` });
      else completed();
    },
    { connection, prefix, concurrency: inFlight },
  );
  await readyOrExit(worker);
  return {
    async stop() {
      await worker.close();
      await queue.close();
      connection.disconnect();
      await close();
    },
  };
};
