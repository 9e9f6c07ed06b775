import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunResult, Claim } from '@crossroads/saga';
import { ClaimLost, StoreUnavailable } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { sagaRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { overrideWrites } from '../harness/reset-harness.js';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness, types } from '../harness/worker-harness.js';

let harness: WorkerHarness;

beforeEach(async () => {
  harness = await openWorkerHarness('claims');
});
afterEach(() => harness.close());

/** Returns a store that executes all updates, but loses the replies to those for which `isLost` returns true. */
const losingReplies = (store: Store, isLost: (update: object) => boolean): Store =>
  overrideWrites(store, (real) => ({
    async update(collection, filter, update) {
      const matched = await real.update(collection, filter, update);
      if (matched && isLost(update)) throw new StoreUnavailable('the reply was lost');
      return matched;
    },
  }));

/** Returns whether an update is a claim. Only a claim sets the epoch. */
const isClaim = (update: object): boolean => Array.isArray(update) && '$set' in update[0] && 'epoch' in update[0].$set;

const far = { $set: { next_run_at: new Date(Date.now() + 3_600_000) } };
const due = { $set: { next_run_at: new Date(0) } };

describe('an attempt ends at once when its claim is lost, although its step ignores the abort signal', () => {
  const givenHangingStep = async (options: Parameters<WorkerHarness['createRunner']>[0]) => {
    const [sagaId] = (await harness.accept()) as [string];
    let signal: AbortSignal | undefined;
    const { runSaga, claims } = harness.createRunner({
      ...options,
      renewEveryMs: 50,
      act: async (context) => {
        signal = context.signal;
        await new Promise(() => undefined);
      },
    });
    const result = runSaga(sagaId);
    await eventually(() => signal !== undefined);
    return { sagaId, result, signal: () => signal!, claims };
  };

  test('because of a newer claim, which stays unchanged', async () => {
    const { sagaId, result, signal, claims } = await givenHangingStep({});
    await harness.change(sagaId, { ...far, $inc: { epoch: 1 } });
    // This worker cannot know whether there is a newer claim, so its job is retried.
    expect(await result).toEqual({ outcome: 'retry', delayMs: expect.any(Number) });
    expect(signal().reason).toBeInstanceOf(ClaimLost);
    await eventually(() => claims.count().owed === 0);
    const saga = await harness.saga(sagaId);
    expect(saga.epoch).toBe(2);
    expect(saga.next_run_at!.getTime()).toBe(far.$set.next_run_at.getTime());
    expect(claims.count()).toEqual({ active: 0, owed: 0 });
  });

  test('because its lease ended; the saga is released and due at once', async () => {
    const { sagaId, result, signal } = await givenHangingStep({});
    await harness.change(sagaId, due);
    expect(await result).toMatchObject({ outcome: 'retry' });
    expect(signal().reason).toBeInstanceOf(ClaimLost);
    await eventually(async () => (await harness.saga(sagaId)).settled_epoch === 1);
    await eventually(async () => typeof (await sagaRepository(harness.store, types).claim(sagaId)) === 'object');
  });

  test('because it could not be renewed during a whole lease', async () => {
    const unavailable = new StoreUnavailable('MongoDB does not respond');
    const { sagaId, result, signal } = await givenHangingStep({ wrap: (sagas) => ({ ...sagas, renew: async (due) => due.map(() => ({ outcome: 'unknown', error: unavailable })) }) });
    expect(await result).toMatchObject({ outcome: 'retry' });
    expect(signal().reason).toMatchObject({ name: 'ClaimLost', message: expect.stringContaining('could not be renewed') });
    await eventually(async () => (await harness.saga(sagaId)).settled_epoch === 1);
  });

  test('but continues while its claim is renewed', async () => {
    const { sagaId, signal, claims } = await givenHangingStep({});
    const before = (await harness.saga(sagaId)).next_run_at!.getTime();
    await eventually(async () => (await harness.saga(sagaId)).next_run_at!.getTime() > before);
    expect(signal().aborted).toBe(false);
    expect(claims.count().active).toBe(1);
  });
});

describe('lost claims', () => {
  /** Runs the saga again until it is due. */
  const runWhenDue = (runSaga: (sagaId: string) => Promise<RunResult>, sagaId: string) =>
    eventually(async () => {
      const result = await runSaga(sagaId);
      return result.outcome !== 'claim-lost' && result.outcome !== 'not-due' && result;
    });

  test('25 in a row whose replies were lost do not stop the saga', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    let lost = 0;
    const on = losingReplies(harness.store, (update) => isClaim(update) && lost < 25 && ++lost > 0);
    const { runSaga } = harness.createRunner({ on, renewEveryMs: 50 });
    for (let claim = 1; claim <= 25; claim++) {
      await eventually(async () => (await runSaga(sagaId)).outcome === 'retry');
      await eventually(async () => (await harness.saga(sagaId)).epoch === claim);
    }
    expect(await runWhenDue(runSaga, sagaId)).toEqual({ outcome: 'completed', status: 'synced' });
    expect((await harness.saga(sagaId)).epoch).toBe(26);
  });

  test('25 in a row during which MongoDB became unavailable do not stop the saga', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    let failed = 0;
    const { runSaga } = harness.createRunner({
      renewEveryMs: 50,
      act: () => {
        if (failed++ < 25) throw new StoreUnavailable('MongoDB does not respond');
      },
    });
    while (failed < 25) await runSaga(sagaId).catch(() => undefined);
    expect(await runWhenDue(runSaga, sagaId)).toEqual({ outcome: 'completed', status: 'synced' });
  });

  test('25 in a row whose workers died stop the saga', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    const dying = sagaRepository(harness.store, types);
    for (let epoch = 1; epoch <= 25; epoch++) {
      expect(await dying.claim(sagaId)).toMatchObject({ epoch });
      await harness.change(sagaId, due);
    }
    expect(await harness.createRunner().runSaga(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect((await harness.saga(sagaId)).error).toMatchObject({ code: 'saga.crashes_workers' });
  });
});

describe('release', () => {
  const sagas = () => sagaRepository(harness.store, types);
  const claimed = async (): Promise<Claim> => (await sagas().claim((await harness.accept())[0]!)) as Claim;

  test('does not change a saga whose state was saved', async () => {
    const claim = await claimed();
    await sagas().saveState(claim as never, { phase: 'waiting', status: 'pending', failures: 0, delayMs: 3_600_000 });
    const before = await harness.saga(claim.sagaId);
    expect(await sagas().release(claim.sagaId, [1])).toBe(true);
    expect(await harness.saga(claim.sagaId)).toEqual(before);
  });

  test('changes nothing and returns false for a claim that is not stored yet', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    expect(await sagas().release(sagaId, [1])).toBe(false);
    expect(await harness.saga(sagaId)).toMatchObject({ epoch: 0, settled_epoch: 0, next_run_at: new Date(0) });
  });

  test('of several claims releases the highest one that is stored', async () => {
    const claim = await claimed();
    expect(await sagas().release(claim.sagaId, [1, 2])).toBe(false);
    expect(await harness.saga(claim.sagaId)).toMatchObject({ epoch: 1, settled_epoch: 1 });
  });

  test('of an old claim does not change the lease of a newer claim', async () => {
    const claim = await claimed();
    await harness.change(claim.sagaId, due);
    await sagas().claim(claim.sagaId);
    const before = await harness.saga(claim.sagaId);
    expect(await sagas().release(claim.sagaId, [1])).toBe(true);
    expect(await harness.saga(claim.sagaId)).toEqual({ ...before, settled_epoch: 1 });
  });
});

test('while MongoDB hangs, a worker has one renewal in progress per claim and drops the claim after its lease', async () => {
  let renewals = 0;
  const { claims } = harness.createRunner({
    renewEveryMs: 5,
    wrap: (sagas) => ({
      ...sagas,
      renew: () => {
        renewals += 1;
        return new Promise(() => undefined);
      },
    }),
  });
  const claim = await claims.sagas.claim((await harness.accept())[0]!);
  expect(claim).toMatchObject({ epoch: 1 });
  await eventually(() => renewals > 0);
  await eventually(() => claims.count().active === 0);
  expect(renewals).toBe(1);
});
