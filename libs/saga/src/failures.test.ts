import { expect, test } from '@jest/globals';
import { memoryClock, memoryJournal, memorySagas, silent } from '@crossroads/testkit';
import { z } from 'zod';
import type { CompensatableStep } from './index.js';
import { createSagaRunner, done, saga, RetryableError } from './index.js';

test('a step that is done resets the failures, so that the next step has all of its attempts', async () => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  const failing = { one: 2, two: 2 };
  const step = (name: keyof typeof failing): CompensatableStep<object, object> => ({
    name,
    title: name,
    status: { done: 'done', rejected: 'rejected' },
    retry: { attempts: 3, firstDelayMs: 100, growth: 1, maxDelayMs: 100 },
    timeoutMs: 5_000,
    run: async () => {
      if (failing[name]-- > 0) throw new RetryableError('far.away', 'not now');
      return done({});
    },
    undo: async () => undefined,
  });
  const type = saga('sample', z.object({})).compensatable(step('one')).compensatable(step('two'));
  const runSaga = createSagaRunner({ types: [type], sagas, journal, log: silent });
  const document = sagas.accept('s', 'sample', {});
  while (document.nextRunAt !== undefined) {
    clock.pass(1_000);
    await runSaga('s');
  }
  expect(journal.entries.map(({ step: { name, outcome, attempt } }) => `${name} ${outcome} ${attempt}`)).toEqual([
    'one unavailable 1',
    'one unavailable 2',
    'one done 3',
    'two unavailable 1',
    'two unavailable 2',
    'two done 3',
  ]);
  expect(document).toMatchObject({ phase: 'ended', status: 'done' });
});
