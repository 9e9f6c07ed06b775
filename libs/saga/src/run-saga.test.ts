import { describe, expect, test } from '@jest/globals';
import type { MemoryClock } from '@crossroads/testkit';
import { memoryClock, memoryJournal, memorySagas, silent } from '@crossroads/testkit';
import { z } from 'zod';
import type { CompensatableStep, StepContext } from './index.js';
import { createSagaRunner, done, entryKey, saga, NonRetryableError, RetryableError, DeferStep, StopSaga, StoreUnavailable } from './index.js';

type Behavior = (context: StepContext) => Promise<object> | object;

/** A saga of two steps with the given behavior, and everything needed to run it. */
const fixture = (acts: { one?: Behavior; two?: Behavior; undoOne?: Behavior }, timeoutMs = 5_000) => {
  const clock: MemoryClock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  const step = (name: string, act: Behavior = () => ({}), undo: Behavior = () => ({})): CompensatableStep<object, object> => ({
    name,
    title: name,
    status: { done: `${name} done`, rejected: `${name} rejected` },
    retry: { attempts: 3, firstDelayMs: 100, growth: 2, maxDelayMs: 1_000 },
    timeoutMs,
    run: async (_state, context) => done(await act(context)),
    undo: async (_state, context) => void (await undo(context)),
  });
  const type = saga('sample', z.object({})).compensatable(step('one', acts.one, acts.undoOne)).compensatable(step('two', acts.two));
  const runSaga = createSagaRunner({ types: [type], sagas, journal, log: silent, random: () => 1 });
  const document = sagas.accept('s', 'sample', {});
  const details = () => journal.entries.map(({ step: { name, direction, outcome, attempt } }) => `${name} ${direction} ${outcome} ${attempt}`);
  return { clock, sagas, journal, runSaga: () => runSaga('s'), document, details };
};

describe('a step that is unavailable', () => {
  test('is retried after growing delays, then stops the saga for an operator', async () => {
    const { runSaga, clock, document, details } = fixture({
      two: () => {
        throw new RetryableError('far.away', 'not now');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'retry', delayMs: 100 });
    clock.pass(100);
    expect(await runSaga()).toEqual({ outcome: 'retry', delayMs: 200 });
    clock.pass(200);
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(details()).toEqual(['one run done 1', 'two run unavailable 1', 'two run unavailable 2', 'two run unavailable 3']);
    expect(document).toMatchObject({ phase: 'stopped', status: 'error', step: 'two', error: { code: 'far.away' } });
  });

  test('may request the delay, and half of our own delay is added', async () => {
    const { runSaga } = fixture({
      one: () => {
        throw new RetryableError('far.away', 'in an hour and a half', 5_400_000);
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'retry', delayMs: 3_600_050 });
  });
});

describe('a deferred step', () => {
  test('is not counted as a failure, and writes one entry', async () => {
    const { runSaga, clock, document, details } = fixture({
      one: () => {
        throw new DeferStep('not.yet', 'later', { delayMs: 50, onTimeout: 'retry' });
      },
    });
    for (let i = 0; i < 10; i++) {
      await runSaga();
      clock.pass(50);
    }
    expect(details()).toEqual(['one run deferred 1']);
    expect(document).toMatchObject({ phase: 'waiting', failures: 0 });
  });

  test('that awaits an approval stops the saga when the timeout passes without one', async () => {
    const { runSaga, clock, document } = fixture({
      two: () => {
        throw new DeferStep('asked', 'approval required', { delayMs: 50, onTimeout: 'stop', status: 'requested' });
      },
    });
    await runSaga();
    expect(document).toMatchObject({ phase: 'awaiting_approval', status: 'requested' });
    clock.pass(50);
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(document.error!.code).toBe('step.no_answer');
  });
});

describe('a task after completion', () => {
  test('runs after the saga has ended, and its failure has no effect', async () => {
    const phases: string[] = [];
    const { runSaga, document } = fixture({
      one: ({ afterComplete }) => {
        afterComplete(() => Promise.reject(new Error('the task failed')));
        afterComplete(async () => void phases.push(document.phase));
        return {};
      },
      two: () => {
        phases.push(document.phase);
        return {};
      },
    });
    expect(await runSaga()).toMatchObject({ outcome: 'completed' });
    expect(phases).toEqual(['running', 'ended']);
  });
});

describe('a step that takes too long', () => {
  test('is aborted and counts as unavailable', async () => {
    let aborted = false;
    const { runSaga, details } = fixture(
      {
        one: ({ signal }) =>
          new Promise<object>(() => {
            signal.addEventListener('abort', () => {
              aborted = true;
            });
          }),
      },
      20,
    );
    expect(await runSaga()).toMatchObject({ outcome: 'retry' });
    expect(aborted).toBe(true);
    expect(details()).toEqual(['one run unavailable 1']);
  });
});

describe('a step that throws an unexpected error', () => {
  test('is attempted three times, in case the error was temporary', async () => {
    const { runSaga, clock, document } = fixture({
      one: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    for (let i = 0; i < 3; i++) {
      await runSaga();
      clock.pass(10_000);
    }
    expect(document).toMatchObject({ phase: 'stopped', error: { code: 'saga.bug' } });
  });
});

describe('a rejection', () => {
  test('compensates the steps before it, and the saga ends with the step’s status', async () => {
    const { runSaga, details, document } = fixture({
      two: () => {
        throw new NonRetryableError('no.way', 'no');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'two rejected' });
    expect(details()).toEqual(['one run done 1', 'two run rejected 1', 'one undo done 1']);
    expect(document).toMatchObject({ phase: 'ended', error: { code: 'no.way' } });
  });

  test('whose compensation fails stops the saga', async () => {
    const { runSaga, clock, details, document } = fixture({
      two: () => {
        throw new NonRetryableError('no.way', 'no');
      },
      undoOne: () => {
        throw new RetryableError('far.away', 'not now');
      },
    });
    for (let i = 0; i < 3; i++) {
      await runSaga();
      clock.pass(10_000);
    }
    expect(document).toMatchObject({ phase: 'stopped', status: 'error', step: 'one' });
    expect(details().at(-1)).toBe('one undo unavailable 3');
  });
});

describe('a request that does not match its schema', () => {
  test('stops the saga before any step runs', async () => {
    const { runSaga, details, document } = fixture({});
    document.request = 'not an object';
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(document.error!.code).toBe('saga.request_unreadable');
    expect(details()).toEqual([]);
  });
});

describe('a store that is unavailable', () => {
  test('writes no entry and counts no failure', async () => {
    const { runSaga, details, document } = fixture({
      one: () => {
        throw new StoreUnavailable('away');
      },
    });
    expect(await runSaga()).toMatchObject({ outcome: 'retry', delayMs: expect.any(Number) });
    expect(details()).toEqual([]);
    expect(document.failures).toBe(0);
  });
});

describe('a saga that crashes its workers', () => {
  test('runs after twenty crashes and is stopped after the next', async () => {
    const { runSaga, document } = fixture({});
    document.epoch = 20;
    expect(await runSaga()).toMatchObject({ outcome: 'completed' });

    const crashing = fixture({});
    crashing.document.epoch = 21;
    expect(await crashing.runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(crashing.document.error!.code).toBe('saga.crashes_workers');
  });
});

describe('a value that a step records', () => {
  test('is returned unchanged at each further attempt', async () => {
    const seen: unknown[] = [];
    let made = 0;
    const { runSaga, clock } = fixture({
      one: async ({ record }) => {
        seen.push(await record('plan', { number: ++made }));
        if (seen.length < 3) throw new RetryableError('far.away', 'not now');
        return {};
      },
    });
    for (let i = 0; i < 3; i++) {
      await runSaga();
      clock.pass(10_000);
    }
    expect(seen).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
  });
});

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
