import { Worker } from 'bullmq';
import { benchQueue, connect, prefix } from './bench-queue.js';
import type { Baseline } from './baseline.js';
import { openPost } from './post.js';
import type { SagaRun } from './same-writes.js';
import { parts } from './same-writes.js';
import { singleAccess } from './single-access.js';

interface Link {
  at: number;
  run: SagaRun;
}

/** Five BullMQ jobs in a chain for each saga, every job one step with its reads and writes un-batched, that adds the next one. */
export const fiveJobs: Baseline = async ({ store, redisUrl, templates, inFlight, through }) => {
  const connection = connect(redisUrl);
  const { post, close } = openPost(templates);
  const writers = { access: singleAccess(store), post, templates };
  const queue = benchQueue('five', connection);
  const worker = new Worker<Link>(
    'five',
    async ({ data: { at, run } }) => {
      const next = await parts[at]!(writers, run);
      if (at + 1 < parts.length) await queue.add('step', { at: at + 1, run: next }, { jobId: `${next.sagaId}-${at + 1}` });
      else through();
    },
    { connection, prefix, concurrency: inFlight },
  );
  worker.on('failed', (_job, error) => {
    console.error(error);
    process.exit(1);
  });
  await worker.waitUntilReady();
  return {
    async stop() {
      await worker.close();
      await queue.close();
      connection.disconnect();
      await close();
    },
  };
};
