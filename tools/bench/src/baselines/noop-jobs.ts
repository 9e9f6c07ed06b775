import { Worker } from 'bullmq';
import { connect, prefix } from './bench-queue.js';
import type { Baseline } from './baseline.js';

/** BullMQ jobs that do nothing at all. */
export const noopJobs: Baseline = async ({ redisUrl, inFlight, through }) => {
  const connection = connect(redisUrl);
  const worker = new Worker('noop', async () => through(), { connection, prefix, concurrency: inFlight });
  await worker.waitUntilReady();
  return {
    async stop() {
      await worker.close();
      connection.disconnect();
    },
  };
};
