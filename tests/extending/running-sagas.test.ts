import { expect, test } from '@jest/globals';
import type { CompensatableStep } from '@crossroads/saga';
import { createSagaRunner, done, saga, RetryableError } from '@crossroads/saga';
import { memoryClock, memoryJournal, memorySagas, silent } from '@crossroads/testkit';
import { z } from 'zod';

/** What docs/extending.md says of sagas under way when their type changes. */
const world = () => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  let away = true;
  const step = (name: string): CompensatableStep<object, object> => ({
    name,
    title: name,
    status: { done: `${name} done`, rejected: 'rejected' },
    retry: { attempts: 3, firstDelayMs: 10, growth: 2, maxDelayMs: 10 },
    timeoutMs: 1_000,
    run: async () => {
      if (name === 'three' && away) throw new RetryableError('far.away', 'not now');
      return done({});
    },
    undo: async () => {},
  });
  sagas.accept('s', 'sample', {});
  return {
    backAgain: () => (away = false),
    /** A turn of a worker whose saga type has these steps. */
    async runWith(...names: string[]) {
      const type = names.reduce((chain, name) => chain.compensatable(step(name)), saga('sample', z.object({})));
      clock.pass(1_000);
      return createSagaRunner({ types: [type], sagas, journal, log: silent })('s');
    },
    ran: () => journal.entries.filter(({ step: { outcome } }) => outcome === 'done').map(({ step: { name } }) => name),
  };
};

test('a step put between others runs late in a saga that has passed its place', async () => {
  const { runWith, backAgain, ran } = world();
  expect(await runWith('one', 'two', 'three')).toMatchObject({ outcome: 'retry' });
  backAgain();
  expect(await runWith('one', 'new', 'two', 'three')).toEqual({ outcome: 'completed', status: 'three done' });
  expect(ran()).toEqual(['one', 'two', 'new', 'three']);
});

test('a step under another name runs again', async () => {
  const { runWith, backAgain, ran } = world();
  await runWith('one', 'two', 'three');
  backAgain();
  await runWith('one', 'second', 'three');
  expect(ran()).toEqual(['one', 'two', 'second', 'three']);
});

test('a step added at the end is done by a saga under way', async () => {
  const { runWith, backAgain, ran } = world();
  await runWith('one', 'two', 'three');
  backAgain();
  expect(await runWith('one', 'two', 'three', 'four')).toEqual({ outcome: 'completed', status: 'four done' });
  expect(ran()).toEqual(['one', 'two', 'three', 'four']);
});
