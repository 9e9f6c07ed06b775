import { describe, expect, test } from '@jest/globals';
import type { Behavior } from '@crossroads/testkit';
import { sampleSaga } from '@crossroads/testkit';
import { z } from 'zod';
import { NonRetryableError, RetryableError, DeferStep, StoreUnavailable } from './index.js';

/** A saga of two steps with the given behavior, and everything needed to run it. */
const fixture = ({ one, two, undoOne }: { one?: Behavior; two?: Behavior; undoOne?: Behavior }, timeoutMs?: number) =>
  sampleSaga(z.object({}), { one: { run: one, undo: undoOne }, two: { run: two } }, { ...(timeoutMs !== undefined && { timeoutMs }) });

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
  test('compensates that step and those before it, and the saga ends with the step’s status', async () => {
    const { runSaga, details, document } = fixture({
      two: () => {
        throw new NonRetryableError('no.way', 'no');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'two rejected' });
    expect(details()).toEqual(['one run done 1', 'two run rejected 1', 'two undo done 1', 'one undo done 1']);
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
