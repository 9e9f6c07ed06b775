import { expect, test } from '@jest/globals';
import type { ResetOrderPorts } from './ports.js';
import { clearDeliveriesStep, recoverOrderType, resetOrderType, sagaTypes } from './saga-types.js';
import { dispatchResetStep } from './steps/compensation.js';

test('the names that queries use are names of the saga types and their steps', () => {
  const types = new Map(sagaTypes({} as ResetOrderPorts).map(({ type, steps }) => [type, steps.map(({ name }) => name)]));
  expect([...types.keys()]).toEqual([resetOrderType, recoverOrderType]);
  expect(types.get(resetOrderType)).toEqual(expect.arrayContaining([clearDeliveriesStep, dispatchResetStep]));
});
