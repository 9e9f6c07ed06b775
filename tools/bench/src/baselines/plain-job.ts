import { Worker } from 'bullmq';
import { connectRedis, prefix, readyOrExit } from '../harness/stores.js';
import type { Baseline } from './baseline.js';
import type { FloorAccess } from './floor.js';
import { floorCollection, floorReset, openFloorPost } from './floor.js';

/** Jobs in progress in each process, as usual for jobs that mostly wait. */
const concurrency = 50;

/** One BullMQ job per reset that does the least that a reset must do, one write after the other. */
export const plainJob: Baseline = async ({ store, redisUrl, destination, completed }) => {
  const connection = connectRedis(redisUrl);
  const { post, close } = openFloorPost(destination);
  const access: FloorAccess = {
    order: (_id) => floorCollection(store, 'orders').findOne({ _id }),
    insert: (document) => floorCollection(store, 'entries').insertOne(document),
    update: (name, _id, fields) => floorCollection(store, name).updateOne({ _id }, { $set: fields }),
  };
  const work = async ({ data }: { data: { run: { sagaId: string } } }): Promise<void> => {
    await floorReset(access, post, data.run.sagaId);
    completed();
  };
  const worker = new Worker('plain', work, { connection, prefix, concurrency });
  await readyOrExit(worker);
  return {
    async stop() {
      await worker.close();
      connection.disconnect();
      await close();
    },
  };
};
