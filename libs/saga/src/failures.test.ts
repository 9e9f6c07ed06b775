import { expect, test } from '@jest/globals';
import { sampleSaga } from '@crossroads/testkit';
import { z } from 'zod';
import { RetryableError } from './index.js';

test('a step that is done resets the failures, so that the next step has all of its attempts', async () => {
  const failing = { one: 2, two: 2 };
  const failTwice = (name: keyof typeof failing) => ({
    run: () => {
      if (failing[name]-- > 0) throw new RetryableError('far.away', 'not now');
      return {};
    },
  });
  const { clock, runSaga, document, details } = sampleSaga(z.object({}), { one: failTwice('one'), two: failTwice('two') });
  while (document.nextRunAt !== undefined) {
    clock.pass(1_000);
    await runSaga();
  }
  expect(details()).toEqual(['one run unavailable 1', 'one run unavailable 2', 'one run done 3', 'two run unavailable 1', 'two run unavailable 2', 'two run done 3']);
  expect(document).toMatchObject({ phase: 'ended', status: 'two done' });
});
