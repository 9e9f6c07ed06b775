import { expect, test } from '@jest/globals';
import type { CompensatableStep } from '@crossroads/saga';
import { createSagaRunner, done, saga, RetryableError } from '@crossroads/saga';
import { memoryClock, memoryJournal, memorySagas, silent } from '@crossroads/testkit';
import { z } from 'zod';

/** Covers the section of docs/extending.md about open sagas whose type changes. */
const givenSaga = () => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  let available = false;
  const step = (name: string): CompensatableStep<object, object> => ({
    name,
    title: name,
    status: { done: `${name} done`, rejected: 'rejected' },
    retry: { attempts: 3, firstDelayMs: 10, growth: 2, maxDelayMs: 10 },
    timeoutMs: 1_000,
    run: async () => {
      if (name === 'three' && !available) throw new RetryableError('remote.unavailable', 'not now');
      return done({});
    },
    undo: async () => {},
  });
  sagas.accept('s', 'sample', {});
  return {
    becomeAvailable: () => (available = true),
    /** Runs the saga on a worker whose saga type has these steps. */
    async runWith(...names: string[]) {
      const type = names.reduce((chain, name) => chain.compensatable(step(name)), saga('sample', z.object({})));
      clock.pass(1_000);
      return createSagaRunner({ types: [type], sagas, journal, log: silent })('s');
    },
    stepsDone: () => journal.entries.filter(({ step: { outcome } }) => outcome === 'done').map(({ step: { name } }) => name),
  };
};

test('a step inserted between others runs late in a saga that has passed its position', async () => {
  const { runWith, becomeAvailable, stepsDone } = givenSaga();
  expect(await runWith('one', 'two', 'three')).toMatchObject({ outcome: 'retry' });
  becomeAvailable();
  expect(await runWith('one', 'new', 'two', 'three')).toEqual({ outcome: 'completed', status: 'three done' });
  expect(stepsDone()).toEqual(['one', 'two', 'new', 'three']);
});

test('a step with a changed name runs again', async () => {
  const { runWith, becomeAvailable, stepsDone } = givenSaga();
  await runWith('one', 'two', 'three');
  becomeAvailable();
  await runWith('one', 'second', 'three');
  expect(stepsDone()).toEqual(['one', 'two', 'second', 'three']);
});

test('an open saga runs a step that was added at the end', async () => {
  const { runWith, becomeAvailable, stepsDone } = givenSaga();
  await runWith('one', 'two', 'three');
  becomeAvailable();
  expect(await runWith('one', 'two', 'three', 'four')).toEqual({ outcome: 'completed', status: 'four done' });
  expect(stepsDone()).toEqual(['one', 'two', 'three', 'four']);
});
