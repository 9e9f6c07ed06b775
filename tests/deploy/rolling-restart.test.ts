import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { storeSagas } from '../sandbox/many-sagas.js';
import type { Stage } from './stage.js';
import { openStage } from './stage.js';

/** Number of restarts. Set ROLLING_RESTARTS=20 for more; each takes about a second on an idle machine. */
const restarts = Number(process.env['ROLLING_RESTARTS'] ?? 2);
jest.setTimeout(120_000 + restarts * 20_000);

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

const started = () => stage.start('worker');

test(`workers restarted one after the other under load, ${restarts} times, lose nothing, and each shuts down in order`, async () => {
  const workers = [await started(), await started()];
  const ids: string[] = [];
  for (let turn = 0; turn < restarts; turn++) {
    const batch = await storeSagas(stage.store, 100);
    ids.push(...batch.map(({ saga_id }) => saga_id));
    // In the middle of the batch: some sagas are active, some are not claimed yet.
    const before = turn * batch.length;
    await eventually(() => stage.sent().length > before, 60_000);
    const [oldest] = workers.splice(0, 1);
    workers.push(await started());
    oldest!.signal('SIGTERM');
    expect(await oldest!.ended).toEqual({ code: 0, by: null });
  }
  const sagas = stage.store.connection.db!.collection<{ _id: string }>(collections.sagas);
  await eventually(async () => (await sagas.countDocuments({ _id: { $in: ids }, phase: 'ended', status: 'synced' })) === ids.length, 60_000);

  // No claim was lost: each worker finished or released its sagas.
  expect(await sagas.countDocuments({ _id: { $in: ids }, $expr: { $ne: ['$epoch', '$settled_epoch'] } })).toBe(0);
  expect(new Set(stage.sent()).size).toBe(ids.length);
  expect(stage.sent()).toHaveLength(ids.length);
});
