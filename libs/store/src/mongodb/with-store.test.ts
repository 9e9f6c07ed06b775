import { expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { Store } from '../index.js';
import { withStore } from '../index.js';

test('a command has its store while it runs, and the connection is closed after it', async () => {
  let opened!: Store;
  const result = await withStore(ownDatabase('with-store'), async (store) => {
    opened = store;
    await store.ping();
    return 'done';
  });
  expect([result, opened.connection.readyState]).toEqual(['done', 0]);
});

test('a command fails when MongoDB does not respond, and is not started', async () => {
  let started = false;
  const command = withStore('mongodb://127.0.0.1:9/nothing', async () => (started = true));
  await expect(command).rejects.toThrow(StoreUnavailable);
  await expect(command).rejects.toThrow('MONGODB_URI');
  expect(started).toBe(false);
});
