import { Worker } from 'bullmq';
import { benchQueue, connect, prefix } from './bench-queue.js';
import type { Floor } from './floor.js';
import { openPost } from './post.js';
import type { Baton } from './same-writes.js';
import { parts } from './same-writes.js';
import { singleWays } from './single-ways.js';

interface Link {
  at: number;
  baton: Baton;
}

/** Five BullMQ jobs in a chain for each saga, every job one step with its reads and writes un-batched, that adds the next one. */
export const fiveJobs: Floor = async ({ store, redisUrl, templates, inFlight, through }) => {
  const connection = connect(redisUrl);
  const { post, close } = openPost(templates);
  const hands = { ways: singleWays(store), post, templates };
  const queue = benchQueue('five', connection);
  const worker = new Worker<Link>(
    'five',
    async ({ data: { at, baton } }) => {
      const next = await parts[at]!(hands, baton);
      if (at + 1 < parts.length) await queue.add('step', { at: at + 1, baton: next }, { jobId: `${next.sagaId}-${at + 1}` });
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
