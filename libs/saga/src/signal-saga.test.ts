import { describe, expect, test } from '@jest/globals';
import type { Behavior } from '@crossroads/testkit';
import { sampleSaga } from '@crossroads/testkit';
import { z } from 'zod';
import type { DecisionEntry, SagaRead } from './index.js';
import { cancelSaga, ClaimLost, decideStep, DeferStep, recordOutcome, RetryableError, retryWhileMoved, terminateSaga } from './index.js';

const decision: DecisionEntry = { status: 'canceled', title: 'Decided', code: 'request.canceled', detail: { message: 'Decided.' } };
const canceled = { name: 'one', direction: 'run', outcome: 'canceled' } as const;

const unavailable: Behavior = () => {
  throw new RetryableError('far.away', 'not now');
};
const awaitsApproval: Behavior = () => {
  throw new DeferStep('asked', 'approval required', { delayMs: 50, onTimeout: 'stop', status: 'requested' });
};

/** A saga whose only step has one attempt, and the decisions about it. */
const fixture = (run: Behavior = () => ({}), undo?: Behavior) => {
  const sample = sampleSaga(z.object({}), { one: { run, undo } }, { attempts: 1 });
  const { journal, decisions, document, type } = sample;
  const ports = { journal, decisions };
  const read = async (): Promise<SagaRead> => ({ saga: { ...document, metadata: undefined }, entries: await journal.read('s') });
  return {
    ...sample,
    ports,
    read,
    cancel: async (seen?: SagaRead) => cancelSaga(ports, seen ?? (await read()), ['one'], decision),
    approve: async (seen?: SagaRead) => decideStep(ports, seen ?? (await read()), { name: 'one', outcome: 'done' }, { ...decision, status: 'one done' }),
    terminate: async (describe = async (): Promise<DecisionEntry> => ({ ...decision, status: 'error' })) => terminateSaga(ports, (await read()).saga, type.steps, describe),
  };
};

describe('a saga that is canceled', () => {
  test('before its first claim ends as canceled, and its step never runs', async () => {
    let runs = 0;
    const { cancel, runSaga, document } = fixture(() => ({ runs: ++runs }));
    expect(await cancel()).toBe('canceled');
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'canceled' });
    expect({ runs, phase: document.phase }).toEqual({ runs: 0, phase: 'ended' });
  });

  test('when its steps are done, ended or stopped stays as it is', async () => {
    const ended = fixture();
    await ended.runSaga();
    expect(await ended.cancel()).toBe('too-late');
    const stopped = fixture(unavailable);
    await stopped.runSaga();
    expect([await stopped.cancel(), stopped.document.phase]).toEqual(['over', 'stopped']);
  });

  test('again continues, if the first cancel recorded the outcome but its process died before it woke the stopped saga', async () => {
    const { cancel, runSaga, read, journal, document } = fixture(unavailable);
    await runSaga();
    await recordOutcome(journal, await read(), 1, canceled, decision);
    expect([await cancel(), await runSaga()]).toEqual(['canceled', { outcome: 'completed', status: 'canceled' }]);
    expect(document.phase).toBe('ended');
  });

  test('again continues, if the saga stopped after the cancel had read it', async () => {
    const { cancel, runSaga, read, sagas, journal, document } = fixture(unavailable);
    const claim = await sagas.claim('s');
    await recordOutcome(journal, await read(), 1, canceled, decision);
    const seen = await read();
    await sagas.saveState(claim as Exclude<typeof claim, string>, { phase: 'stopped', status: 'error', failures: 1 });
    expect([await cancel(seen), await runSaga()]).toEqual(['canceled', { outcome: 'completed', status: 'canceled' }]);
    expect(document.phase).toBe('ended');
  });

  test('again does not continue when its compensation has failed: an operator decides', async () => {
    const { cancel, runSaga, document } = fixture(() => ({}), unavailable);
    await cancel();
    await runSaga();
    expect([await cancel(), document.phase]).toEqual(['canceled', 'stopped']);
  });

  test('while its write that stops the saga is delayed is not stopped by that write', async () => {
    const { cancel, runSaga, sagas, document } = fixture();
    const claim = await sagas.claim('s');
    expect(await cancel()).toBe('canceled');
    await sagas.saveState(claim as Exclude<typeof claim, string>, { phase: 'stopped', status: 'error', failures: 1 });
    expect(document.phase).toBe('running');
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'canceled' });
  });

  test('during its last attempt is compensated by a newer claim, because an attempt that timed out may still run', async () => {
    const epochs: number[] = [];
    const { cancel, runSaga } = fixture(
      async (context) => {
        epochs.push(context.epoch);
        await cancel();
        return unavailable(context);
      },
      ({ epoch }) => ({ epochs: epochs.push(epoch) }),
    );
    expect(await runSaga()).toEqual({ outcome: 'retry', delayMs: 0 });
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'canceled' });
    expect(epochs).toEqual([1, 2]);
  });

  test('by a cancel whose claim lapsed continues, although a worker stopped it before the outcome was recorded', async () => {
    const { cancel, read, ports, clock, runSaga, document } = fixture(unavailable);
    const seen = await read();
    const { write } = ports.journal;
    let isFirst = true;
    ports.journal.write = async (...entry) => {
      if (isFirst) {
        isFirst = false;
        clock.pass(60_000);
        await runSaga();
        expect(document.phase).toBe('stopped');
      }
      return write(...entry);
    };
    expect([await cancel(seen), document.phase]).toEqual(['canceled', 'running']);
  });
});

describe('a step that is approved', () => {
  test('ends the saga, and keeps its outcome when it is approved again', async () => {
    const { approve, runSaga } = fixture(awaitsApproval);
    await runSaga();
    expect(await approve()).toBe('done');
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'one done' });
    expect(await approve()).toBe('done');
  });

  test('does not wait, or has stopped without an outcome: nothing is recorded', async () => {
    const { approve, runSaga, journal } = fixture(unavailable);
    expect(await approve()).toBe('moved');
    await runSaga();
    expect(await approve()).toBe('over');
    expect(journal.entries.map(({ step }) => step.outcome)).toEqual(['unavailable']);
  });

  test('after the time for it has ended and a worker has stopped the saga: the saga continues', async () => {
    const { approve, read, clock, runSaga, document } = fixture(awaitsApproval);
    await runSaga();
    const seen = await read();
    clock.pass(50);
    expect(await runSaga()).toMatchObject({ outcome: 'stopped' });
    expect(await approve(seen)).toBe('done');
    expect(document.phase).toBe('running');
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'one done' });
  });
});

describe('a saga that is terminated', () => {
  test('ends with its step closed, and without compensation', async () => {
    const { terminate, runSaga, document } = fixture(unavailable);
    await runSaga();
    expect(await terminate()).toMatchObject({ entries: [{ step: { outcome: 'unavailable' } }, { step: { outcome: 'terminated' }, epoch: 2 }] });
    expect(document).toMatchObject({ phase: 'ended', status: 'error', error: { code: 'request.canceled', message: 'Decided.' } });
    expect(await terminate()).toBe('ended');
  });

  test('while a worker runs it, or after it was canceled, continues', async () => {
    const { terminate, cancel, runSaga, document } = fixture(awaitsApproval);
    expect(await terminate()).toBe('running');
    await runSaga();
    expect(await cancel()).toBe('canceled');
    document.phase = 'retrying';
    expect(await terminate()).toBe('canceled');
  });

  test('by two operators is left to the newer claim', async () => {
    const { terminate, runSaga, document } = fixture(unavailable);
    await runSaga();
    const lost = async (): Promise<never> => {
      throw new ClaimLost('a newer claim exists');
    };
    expect([await terminate(lost), document.phase]).toEqual(['moved', 'stopped']);
  });

  test('after its step was closed by an operator whose process died is ended by a worker', async () => {
    const { terminate, runSaga, read, journal, document } = fixture(unavailable);
    await runSaga();
    await recordOutcome(journal, await read(), 1, { ...canceled, outcome: 'terminated' }, { ...decision, status: 'error' });
    expect(await terminate()).toBe('closed-earlier');
    expect(await runSaga()).toEqual({ outcome: 'completed', status: 'error' });
    expect(document.phase).toBe('ended');
  });
});

describe('a decision about a saga that a worker moves', () => {
  const pauseTwice = async (tries: number) => tries < 3;

  test('is tried again with what is read then, until it succeeds', async () => {
    const seen: number[] = [];
    let reads = 1;
    const result = await retryWhileMoved(0, async () => reads++, async (read) => (seen.push(read) < 3 ? 'moved' : 'decided'), pauseTwice);
    expect({ result, seen }).toEqual({ result: 'decided', seen: [0, 1, 2] });
  });

  test('is given up after the last try', async () => {
    let tries = 0;
    const result = await retryWhileMoved(0, async () => 0, async () => (tries++, 'moved' as const), pauseTwice);
    expect({ result, tries }).toEqual({ result: 'moved', tries: 3 });
  });
});
