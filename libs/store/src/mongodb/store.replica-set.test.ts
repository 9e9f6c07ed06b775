import { expect, test } from '@jest/globals';
// First: it decides how the suites below reach their database.
import '../../../../tests/stores/by-replica-set.js';
import { suiteStore } from './store.test.js';

test('the suites of the store run on a replica set', () => {
  expect(suiteStore().replicated()).toBe(true);
});
