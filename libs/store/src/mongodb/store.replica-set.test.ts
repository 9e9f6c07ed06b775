import { expect, test } from '@jest/globals';
// These suites run on a replica set because of the name of this file.
import { suiteStore } from './store.test.js';

test('the suites of the store run on a replica set', () => {
  expect(suiteStore().replicated()).toBe(true);
});
