import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunResult, Claim } from '@crossroads/saga';
import { ClaimLost, StoreUnavailable } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { sagaRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { WorkerWorld } from './worker-world.js';
import { openWorkerWorld, types } from './worker-world.js';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld('claims');
});
afterEach(() => world.close());

/** A store whose updates are carried out, and whose replies to those that `lose` names are lost. */
const losing = (store: Store, lose: (update: object) => boolean): Store => ({
  ...store,
  commit: {
    insert: (...args: Parameters<Store['commit']['insert']>) => store.commit.insert(...args),
    async update(...[collection, filter, update]: Parameters<Store['commit']['update']>) {
      const matched = await store.commit.update(collection, filter, update);
      if (matched && lose(update)) throw new StoreUnavailable('the reply was lost');
      return matched;
    },
  } as Store['commit'],
});

/** Whether an update makes a claim: it alone sets the epoch. */
const claims = (update: object): boolean => Array.isArray(update) && '$set' in update[0] && 'epoch' in update[0].$set;

const far = { $set: { next_run_at: new Date(Date.now() + 3_600_000) } };
const due = { $set: { next_run_at: new Date(0) } };

describe('an attempt whose claim is lost ends at once, though its step does not listen', () => {
  const hanging = async (wrapped: Parameters<WorkerWorld['executions']>[0]) => {
    const [sagaId] = (await world.accept()) as [string];
    let signal: AbortSignal | undefined;
    const { runSaga, claims: kept } = world.executions({
      ...wrapped,
      everyMs: 50,
      act: async (context) => {
        signal = context.signal;
        await new Promise(() => undefined);
      },
    });
    const result = runSaga(sagaId);
    await eventually(() => signal !== undefined);
    return { sagaId, result, signal: () => signal!, kept };
  };

  test('because a newer claim was made; that one is left alone', async () => {
    const { sagaId, result, signal, kept } = await hanging({});
    await world.change(sagaId, { ...far, $inc: { epoch: 1 } });
    // No newer claim need have been made, as far as this worker knows, so the job comes again and finds out.
    expect(await result).toEqual({ outcome: 'retry', delayMs: expect.any(Number) });
    expect(signal().reason).toBeInstanceOf(ClaimLost);
    await eventually(() => kept.count().owed === 0);
    const saga = await world.saga(sagaId);
    expect(saga.epoch).toBe(2);
    expect(saga.next_run_at!.getTime()).toBe(far.$set.next_run_at.getTime());
    expect(kept.count()).toEqual({ active: 0, owed: 0 });
  });

  test('because it ran out; the saga is given back and due at once', async () => {
    const { sagaId, result, signal } = await hanging({});
    await world.change(sagaId, due);
    expect(await result).toMatchObject({ outcome: 'retry' });
    expect(signal().reason).toBeInstanceOf(ClaimLost);
    await eventually(async () => (await world.saga(sagaId)).settled_epoch === 1);
    await eventually(async () => typeof (await sagaRepository(world.store, types).claim(sagaId)) === 'object');
  });

  test('because it could not be renewed for as long as a lease', async () => {
    const away = new StoreUnavailable('MongoDB does not answer');
    const { sagaId, result, signal } = await hanging({ wrap: (sagas) => ({ ...sagas, renew: async (due) => due.map(() => ({ outcome: 'unknown', error: away })) }) });
    expect(await result).toMatchObject({ outcome: 'retry' });
    expect(signal().reason).toMatchObject({ name: 'ClaimLost', message: expect.stringContaining('could not be renewed') });
    await eventually(async () => (await world.saga(sagaId)).settled_epoch === 1);
  });

  test('and one that is renewed goes on', async () => {
    const { sagaId, signal, kept } = await hanging({});
    const before = (await world.saga(sagaId)).next_run_at!.getTime();
    await eventually(async () => (await world.saga(sagaId)).next_run_at!.getTime() > before);
    expect(signal().aborted).toBe(false);
    expect(kept.count().active).toBe(1);
  });
});

describe('claims that no worker died of', () => {
  /** Advances until the saga is not merely left because it is not due yet. */
  const runWhenDue = (runSaga: (sagaId: string) => Promise<RunResult>, sagaId: string) =>
    eventually(async () => {
      const result = await runSaga(sagaId);
      return result.outcome !== 'claim-lost' && result.outcome !== 'not-due' && result;
    });

  test('25 in a row whose replies were lost do not stop the saga', async () => {
    const [sagaId] = (await world.accept()) as [string];
    let lost = 0;
    const on = losing(world.store, (update) => claims(update) && lost < 25 && ++lost > 0);
    const { runSaga } = world.executions({ on, everyMs: 50 });
    for (let claim = 1; claim <= 25; claim++) {
      await eventually(async () => (await runSaga(sagaId)).outcome === 'retry');
      await eventually(async () => (await world.saga(sagaId)).epoch === claim);
    }
    expect(await runWhenDue(runSaga, sagaId)).toEqual({ outcome: 'completed', status: 'synced' });
    expect((await world.saga(sagaId)).epoch).toBe(26);
  });

  test('nor do 25 under which the store went away before anything was settled', async () => {
    const [sagaId] = (await world.accept()) as [string];
    let failed = 0;
    const { runSaga } = world.executions({
      everyMs: 50,
      act: () => {
        if (failed++ < 25) throw new StoreUnavailable('MongoDB does not answer');
      },
    });
    while (failed < 25) await runSaga(sagaId).catch(() => undefined);
    expect(await runWhenDue(runSaga, sagaId)).toEqual({ outcome: 'completed', status: 'synced' });
  });

  test('25 workers that did die stop it', async () => {
    const [sagaId] = (await world.accept()) as [string];
    const dying = sagaRepository(world.store, types);
    for (let epoch = 1; epoch <= 25; epoch++) {
      expect(await dying.claim(sagaId)).toMatchObject({ epoch });
      await world.change(sagaId, due);
    }
    expect(await world.executions().runSaga(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect((await world.saga(sagaId)).error).toMatchObject({ code: 'saga.crashes_workers' });
  });
});

describe('giving back', () => {
  const sagas = () => sagaRepository(world.store, types);
  const claimed = async (): Promise<Claim> => (await sagas().claim((await world.accept())[0]!)) as Claim;

  test('leaves a saga as it was settled', async () => {
    const claim = await claimed();
    await sagas().saveState(claim as never, { phase: 'waiting', status: 'pending', failures: 0, delayMs: 3_600_000 });
    const before = await world.saga(claim.sagaId);
    expect(await sagas().release(claim.sagaId, [1])).toBe(true);
    expect(await world.saga(claim.sagaId)).toEqual(before);
  });

  test('does not count what has not been made: it may be on its way', async () => {
    const [sagaId] = (await world.accept()) as [string];
    expect(await sagas().release(sagaId, [1])).toBe(false);
    expect(await world.saga(sagaId)).toMatchObject({ epoch: 0, settled_epoch: 0, next_run_at: new Date(0) });
  });

  test('of several gives back the highest that was made', async () => {
    const claim = await claimed();
    expect(await sagas().release(claim.sagaId, [1, 2])).toBe(false);
    expect(await world.saga(claim.sagaId)).toMatchObject({ epoch: 1, settled_epoch: 1 });
  });

  test('of a claim that was taken over leaves the newer one its lease', async () => {
    const claim = await claimed();
    await world.change(claim.sagaId, due);
    await sagas().claim(claim.sagaId);
    const before = await world.saga(claim.sagaId);
    expect(await sagas().release(claim.sagaId, [1])).toBe(true);
    expect(await world.saga(claim.sagaId)).toEqual({ ...before, settled_epoch: 1 });
  });
});

test('while MongoDB hangs, what a worker remembers stays bounded', async () => {
  let renewals = 0;
  const { claims: kept } = world.executions({
    everyMs: 5,
    wrap: (sagas) => ({
      ...sagas,
      renew: () => {
        renewals += 1;
        return new Promise(() => undefined);
      },
    }),
  });
  const claim = await kept.sagas.claim((await world.accept())[0]!);
  expect(claim).toMatchObject({ epoch: 1 });
  await eventually(() => renewals > 0);
  // However often the keeper looks, a claim has one renewal under way; then the lease is over and the claim is let go.
  await eventually(() => kept.count().active === 0);
  expect(renewals).toBe(1);
});
