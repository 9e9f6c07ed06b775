import { expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { Store } from '../index.js';
import { withStore } from '../index.js';

test('a command has its store while it runs, and nothing is left open behind it', async () => {
  let kept!: Store;
  const answer = await withStore(ownDatabase('with-store'), async (store) => {
    kept = store;
    await store.ping();
    return 'done';
  });
  expect([answer, kept.connection.readyState]).toEqual(['done', 0]);
});

test('a command is told when MongoDB does not answer, and is not begun', async () => {
  let begun = false;
  const command = withStore('mongodb://127.0.0.1:9/nothing', async () => (begun = true));
  await expect(command).rejects.toThrow(StoreUnavailable);
  await expect(command).rejects.toThrow('MONGODB_URI');
  expect(begun).toBe(false);
});
