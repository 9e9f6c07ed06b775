import { describe, expect, test } from '@jest/globals';
import type { MemoryClock } from '@crossroads/testkit';
import { memoryClock, memoryJournal, memorySagas, silent } from '@crossroads/testkit';
import { z } from 'zod';
import type { CompensatableStep, StepContext } from './index.js';
import { createSagaRunner, done, entryKey, saga, NonRetryableError, RetryableError, DeferStep, StopSaga, StoreUnavailable } from './index.js';

type Act = (context: StepContext) => Promise<object> | object;

/** A saga of two steps that do as they are told, and what is needed to run it. */
const world = (acts: { one?: Act; two?: Act; undoOne?: Act }, timeoutMs = 5_000) => {
  const clock: MemoryClock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  const step = (name: string, act: Act = () => ({}), undo: Act = () => ({})): CompensatableStep<object, object> => ({
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
  const it = sagas.accept('s', 'sample', {});
  const details = () => journal.entries.map(({ step: { name, direction, outcome, attempt } }) => `${name} ${direction} ${outcome} ${attempt}`);
  return { clock, sagas, journal, runSaga: () => runSaga('s'), saga: it, details };
};

describe('a step that is unavailable', () => {
  test('is tried again after a growing rest, then stops the saga for an operator', async () => {
    const { runSaga, clock, saga: it, details } = world({
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
    expect(it).toMatchObject({ phase: 'stopped', status: 'error', step: 'two', error: { code: 'far.away' } });
  });

  test('may say itself when to come back, and half of our own rest goes on top', async () => {
    const { runSaga } = world({
      one: () => {
        throw new RetryableError('far.away', 'in an hour and a half', 5_400_000);
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'retry', delayMs: 3_600_050 });
  });
});

describe('a step that waits', () => {
  test('is never counted, and says so once', async () => {
    const { runSaga, clock, saga: it, details } = world({
      one: () => {
        throw new DeferStep('not.yet', 'later', { delayMs: 50, onTimeout: 'retry' });
      },
    });
    for (let i = 0; i < 10; i++) {
      await runSaga();
      clock.pass(50);
    }
    expect(details()).toEqual(['one run deferred 1']);
    expect(it).toMatchObject({ phase: 'waiting', failures: 0 });
  });

  test('and must not be asked again stops the saga when nobody answered in time', async () => {
    const { runSaga, clock, saga: it } = world({
      two: () => {
        throw new DeferStep('asked', 'somebody must answer', { delayMs: 50, onTimeout: 'stop', status: 'requested' });
      },
    });
    await runSaga();
    expect(it).toMatchObject({ phase: 'awaiting_approval', status: 'requested' });
    clock.pass(50);
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(it.error!.code).toBe('step.no_answer');
  });
});

describe('what a step wants done after the end', () => {
  test('is done once the saga has ended, and its failing fails nothing', async () => {
    const phases: string[] = [];
    const { runSaga, saga: it } = world({
      one: ({ afterComplete }) => {
        afterComplete(() => Promise.reject(new Error('nobody home')));
        afterComplete(async () => void phases.push(it.phase));
        return {};
      },
      two: () => {
        phases.push(it.phase);
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
    const { runSaga, details } = world(
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

describe('a step that throws what it should not', () => {
  test('is tried a few times, in case it was no bug', async () => {
    const { runSaga, clock, saga: it } = world({
      one: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    for (let i = 0; i < 3; i++) {
      await runSaga();
      clock.pass(10_000);
    }
    expect(it).toMatchObject({ phase: 'stopped', error: { code: 'saga.bug' } });
  });
});

describe('a refusal', () => {
  test('undoes what was done before it, and the saga ends with the step’s own word', async () => {
    const { runSaga, details, saga: it } = world({
      two: () => {
        throw new NonRetryableError('no.way', 'no');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'two rejected' });
    expect(details()).toEqual(['one run done 1', 'two run rejected 1', 'one undo done 1']);
    expect(it).toMatchObject({ phase: 'ended', error: { code: 'no.way' } });
  });

  test('whose undo fails stops the saga: an undo that failed is no footnote', async () => {
    const { runSaga, clock, details, saga: it } = world({
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
    expect(it).toMatchObject({ phase: 'stopped', status: 'error', step: 'one' });
    expect(details().at(-1)).toBe('one undo unavailable 3');
  });
});

describe('a request its steps do not know', () => {
  test('stops the saga before any step runs', async () => {
    const { runSaga, details, saga: it } = world({});
    it.request = 'not an object';
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(it.error!.code).toBe('saga.request_unreadable');
    expect(details()).toEqual([]);
  });
});

describe('a store that is away', () => {
  test('is nobody’s failure: nothing is written and nothing counted', async () => {
    const { runSaga, details, saga: it } = world({
      one: () => {
        throw new StoreUnavailable('away');
      },
    });
    expect(await runSaga()).toMatchObject({ outcome: 'retry', delayMs: expect.any(Number) });
    expect(details()).toEqual([]);
    expect(it.failures).toBe(0);
  });
});

describe('a saga that kills its workers', () => {
  test('survives twenty crashes and is stopped at the next', async () => {
    const { runSaga, saga: it } = world({});
    it.epoch = 20;
    expect(await runSaga()).toMatchObject({ outcome: 'completed' });

    const poisonous = world({});
    poisonous.saga.epoch = 21;
    expect(await poisonous.runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(poisonous.saga.error!.code).toBe('saga.crashes_workers');
  });
});

describe('what a step records', () => {
  test('before acting is what it finds when it is tried again', async () => {
    const seen: unknown[] = [];
    let made = 0;
    const { runSaga, clock } = world({
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
    return { key: 's:one:run:verdict', sagaId: 's', seq: 1, step, epoch, status: 'pending', title: 'no', code: 'no.way', retried: false, detail: {} };
  };

  test('believe the first verdict, whoever wrote it', async () => {
    const it = world({ one: () => ({ n: it.journal.entries.push(rejectedBy(1)) }) });
    expect(await it.runSaga()).toEqual({ outcome: 'completed', status: 'one rejected' });
    expect(it.details()).toEqual(['one run rejected 1']);
  });

  test('do not both go on: the one that meets a newer claim’s word stops without another', async () => {
    const it = world({ one: () => ({ n: it.journal.entries.push(rejectedBy(2)) }) });
    expect(await it.runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(it.saga.phase).toBe('running');
  });
});

describe('a step that can neither go on nor be retried', () => {
  const lost = () => {
    throw new StopSaga('lock.gone', 'The lock is gone.');
  };

  test('stops the saga at its first attempt, and the journal says why', async () => {
    const { runSaga, saga: it, details, journal } = world({ two: lost });
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(it).toMatchObject({ phase: 'stopped', step: 'two', error: { code: 'lock.gone' } });
    expect(details()).toEqual(['one run done 1', 'two run failed 1']);
    expect(journal.entries.at(-1)).toMatchObject({ code: 'lock.gone', detail: { message: 'The lock is gone.' } });
  });

  test.each([
    ['stops', lost],
    [
      'waits for a person',
      () => {
        throw new DeferStep('asked', 'Somebody has to accept.', { delayMs: 50, onTimeout: 'stop' });
      },
    ],
    [
      'fails for the last time',
      () => {
        throw new RetryableError('far.away', 'not now');
      },
    ],
  ])('goes on where an older claim finished the step meanwhile, though its own attempt %s', async (_, end) => {
    const { runSaga, saga: it, journal } = world({
      one: () => {
        const step = { name: 'one', direction: 'run', outcome: 'done', attempt: 1 } as const;
        journal.entries.push({ key: entryKey('s', step, 1), sagaId: 's', seq: 1, step, epoch: 1, status: 'one done', title: 'one', retried: false, detail: {} });
        return end();
      },
    });
    Object.assign(it, { epoch: 1, failures: 2 });
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'two done' });
  });

  test('of a worker that lost its claim writes nothing', async () => {
    const { runSaga, saga: it, details } = world({
      one: () => {
        it.epoch += 1;
        return lost();
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(it.phase).toBe('running');
    expect(details()).toEqual([]);
  });

  test.each([
    ['StopSaga', lost],
    [
      'StepRefused',
      () => {
        throw new NonRetryableError('lock.gone', 'It cannot be put back.');
      },
    ],
  ])('stops the saga as well when its undo throws %s', async (_, undoOne) => {
    const { runSaga, saga: it, details } = world({
      undoOne,
      two: () => {
        throw new NonRetryableError('no', 'No.');
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'stopped', status: 'error' });
    expect(it).toMatchObject({ phase: 'stopped', step: 'one', error: { code: 'lock.gone' } });
    expect(details().at(-1)).toBe('one undo failed 1');
  });
});

describe('a saga that an operator terminated', () => {
  const terminated = { name: 'two', direction: 'run', outcome: 'terminated', attempt: 1 } as const;
  const finalOutcome = { key: entryKey('s', terminated, 2), sagaId: 's', seq: 9, step: terminated, epoch: 2, status: 'error', title: 'Ended', code: 'saga.ended', retried: false, detail: { message: 'Ended by an operator.' } };

  test('is ended by the next worker without running or undoing a step', async () => {
    const ran: string[] = [];
    const { runSaga, saga: it, journal } = world({ two: () => ({ ran: ran.push('two') }), undoOne: () => ran.push('undo') as never });
    journal.entries.push(finalOutcome);
    it.epoch = 2;
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'error' });
    expect(it).toMatchObject({ phase: 'ended', error: { code: 'saga.ended', message: 'Ended by an operator.' } });
    expect(ran).toEqual([]);
  });

  test('gets no outcome from a worker that was at the step meanwhile', async () => {
    const { runSaga, details, journal } = world({
      two: () => {
        journal.entries.push(finalOutcome);
        return {};
      },
    });
    expect(await runSaga()).toEqual({ outcome: 'claim-lost' });
    expect(details()).toEqual(['one run done 1', 'two run terminated 1']);
  });
});
