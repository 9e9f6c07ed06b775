import { expect, test } from '@jest/globals';
import { entryKey } from '@crossroads/saga';
import { entryId } from './entry-document.js';

/** With another key or hash, workers would not find the entries that are stored already, and sagas would repeat their steps. */
test.each([
  ['done', '692b34414a7e592cbe72fe23'],
  ['rejected', '692b34414a7e592cbe72fe23'],
  ['unavailable', '692b3441aba572e9f2c3f7ca'],
] as const)('the _id of a known entry with outcome %s is stable', (outcome, id) => {
  const sagaId = '019ad0c4-1f00-7000-8000-000000000000';
  const key = entryKey(sagaId, { name: 'resolve-order', direction: 'run', outcome }, 3);
  expect(entryId(sagaId, key).toHexString()).toBe(id);
});
