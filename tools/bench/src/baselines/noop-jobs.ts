import { Worker } from 'bullmq';
import { connectRedis, prefix } from '../harness/stores.js';
import type { Baseline } from './baseline.js';

/** BullMQ jobs that do nothing. */
export const noopJobs: Baseline = async ({ redisUrl, inFlight, completed }) => {
  const connection = connectRedis(redisUrl);
  const worker = new Worker('noop', async () => completed(), { connection, prefix, concurrency: inFlight });
  await worker.waitUntilReady();
  return {
    async stop() {
      await worker.close();
      connection.disconnect();
    },
  };
};
