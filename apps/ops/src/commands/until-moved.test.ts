import { expect, test } from '@jest/globals';
import type { SagaDocument } from '@crossroads/store';
import { untilMoved } from './until-moved.js';

const due = { phase: 'running', epoch: 3, settled_epoch: 3, next_run_at: new Date(0) } as SagaDocument;
const claimed = { ...due, epoch: 4, next_run_at: new Date(Date.now() + 4_000) } as SagaDocument;

/** Returns the number of pauses until the response, if each read returns the next of the states. */
const pausesOf = async (...states: (SagaDocument | undefined)[]): Promise<number> => {
  let pauses = 0;
  await untilMoved(
    async () => (states.length > 1 ? states.shift() : states[0]),
    async () => void (pauses += 1),
  );
  return pauses;
};

test.each([
  ['a saga that is due and then claimed, until it is scheduled again', [due, claimed, { ...claimed, settled_epoch: 4, phase: 'retrying' } as SagaDocument], 2],
  ['a saga that is due, until it has ended', [due, { ...claimed, phase: 'ended' } as SagaDocument], 1],
  ['a saga that is due, until it has stopped again', [due, { ...claimed, phase: 'stopped' } as SagaDocument], 1],
  ['no saga that is scheduled for later', [{ ...claimed, settled_epoch: 4, phase: 'waiting' } as SagaDocument], 0],
  ['no saga that was deleted', [undefined], 0],
  ['a saga that no worker takes, for a second at most', [due], 19],
])('a response waits for %s', async (_, states, pauses) => {
  expect(await pausesOf(...states)).toBe(pauses);
});
