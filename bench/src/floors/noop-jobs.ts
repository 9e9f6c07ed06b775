import { Worker } from 'bullmq';
import { connect, prefix } from './bench-queue.js';
import type { Floor } from './floor.js';

/** BullMQ jobs that do nothing at all. */
export const noopJobs: Floor = async ({ redisUrl, inFlight, through }) => {
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
