import { describe, expect, test } from '@jest/globals';
import type { Behavior } from '@crossroads/testkit';
import { sampleSaga } from '@crossroads/testkit';
import { z } from 'zod';
import { entryKey, NonRetryableError, RetryableError, DeferStep, StopSaga } from './index.js';

/** A saga of two steps with the given behavior, and everything needed to run it. */
const fixture = ({ one, two, undoOne }: { one?: Behavior; two?: Behavior; undoOne?: Behavior }, timeoutMs?: number) =>
  sampleSaga(z.object({}), { one: { run: one, undo: undoOne }, two: { run: two } }, { ...(timeoutMs !== undefined && { timeoutMs }) });

describe('two workers on one saga', () => {
  const rejectedBy = (epoch: number) => {
    const step = { name: 'one', direction: 'run', outcome: 'rejected', attempt: 1 } as const;
    return { key: entryKey('s', step, epoch), sagaId: 's', seq: 1, step, epoch, status: 'pending', title: 'no', code: 'no.way', retried: false, detail: {} };
  };

  test('follow the first final outcome', async () => {
    const execution = fixture({ one: () => ({ n: execution.journal.entries.push(rejectedBy(1)) }) });
    expect(await execution.runSaga()).toEqual({ outcome: 'completed', status: 'one rejected' });
    expect(execution.details()).toEqual(['one run rejected 1']);
  });

  test('do not both continue: one that reads an entry of a newer claim stops and writes nothing', async () => {
    const execution = fixture({ one: () => ({ n: execution.journal.entries.push(rejectedBy(2)) }) });
    expect(await execution.runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(execution.document.phase).toBe('running');
  });
});

describe('a step that throws StopSaga', () => {
  const stop = () => {
    throw new StopSaga('lock.gone', 'The lock is gone.');
  };

  test('stops the saga at its first attempt, and the journal has the reason', async () => {
    const { runSaga, document, details, journal } = fixture({ two: stop });
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(document).toMatchObject({ phase: 'stopped', step: 'two', error: { code: 'lock.gone' } });
    expect(details()).toEqual(['one run done 1', 'two run failed 1']);
    expect(journal.entries.at(-1)).toMatchObject({ code: 'lock.gone', detail: { message: 'The lock is gone.' } });
  });

  test.each([
    ['stops', stop],
    [
      'awaits an approval',
      () => {
        throw new DeferStep('asked', 'Approval required.', { delayMs: 50, onTimeout: 'stop' });
      },
    ],
    [
      'fails for the last time',
      () => {
        throw new RetryableError('far.away', 'not now');
      },
    ],
  ])('continues where an older claim has finished the step, though its own attempt %s', async (_, end) => {
    const { runSaga, document, journal } = fixture({
      one: () => {
        const step = { name: 'one', direction: 'run', outcome: 'done', attempt: 1 } as const;
        journal.entries.push({ key: entryKey('s', step, 1), sagaId: 's', seq: 1, step, epoch: 1, status: 'one done', title: 'one', retried: false, detail: {} });
        return end();
      },
    });
    Object.assign(document, { epoch: 1, failures: 2 });
    const result = await runSaga();
    // After a failed attempt another claim continues, because an attempt that timed out may still run under this one.
    expect(result.outcome === 'retry' ? await runSaga() : result).toEqual({ outcome: 'completed', status: 'two done' });
  });

  test('of a worker that lost its claim writes nothing', async () => {
    const { runSaga, document, details } = fixture({
      one: () => {
        document.epoch += 1;
        return stop();
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(document.phase).toBe('running');
    expect(details()).toEqual([]);
  });

  test.each([
    ['StopSaga', stop],
    [
      'NonRetryableError',
      () => {
        throw new NonRetryableError('lock.gone', 'It cannot be restored.');
      },
    ],
  ])('also stops the saga when it throws %s in compensation', async (_, undoOne) => {
    const { runSaga, document, details } = fixture({
      undoOne,
      two: () => {
        throw new NonRetryableError('no', 'No.');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(document).toMatchObject({ phase: 'stopped', step: 'one', error: { code: 'lock.gone' } });
    expect(details().at(-1)).toBe('one undo failed 1');
  });
});

describe('a saga that an operator terminated', () => {
  const terminated = { name: 'two', direction: 'run', outcome: 'terminated', attempt: 1 } as const;
  const finalOutcome = { key: entryKey('s', terminated, 2), sagaId: 's', seq: 9, step: terminated, epoch: 2, status: 'error', title: 'Ended', code: 'saga.ended', retried: false, detail: { message: 'Ended by an operator.' } };

  test('is ended by the next worker without running or compensating a step', async () => {
    const ran: string[] = [];
    const { runSaga, document, journal } = fixture({ two: () => ({ ran: ran.push('two') }), undoOne: () => ran.push('undo') as never });
    journal.entries.push(finalOutcome);
    document.epoch = 2;
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'error' });
    expect(document).toMatchObject({ phase: 'ended', error: { code: 'saga.ended', message: 'Ended by an operator.' } });
    expect(ran).toEqual([]);
  });

  test('gets no outcome from a worker that was running the step', async () => {
    const { runSaga, details, journal } = fixture({
      two: () => {
        journal.entries.push(finalOutcome);
        return {};
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(details()).toEqual(['one run done 1', 'two run terminated 1']);
  });
});
