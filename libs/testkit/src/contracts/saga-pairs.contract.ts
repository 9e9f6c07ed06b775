import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Claim, Sagas, StoredSaga } from '@crossroads/saga';
import { memoryClock, seeded } from '../memory/clock-and-random.js';
import type { MemoryDecisions } from '../memory/memory-decisions.js';
import { memoryDecisions } from '../memory/memory-decisions.js';
import { memorySagas } from '../memory/memory-sagas.js';

/** A saga as the suite compares it. */
export interface SagaSeen {
  phase: Claim['phase'];
  status: string;
  epoch: number;
  settledEpoch: number;
  failures: number;
  resumed: boolean;
  /** Whether it is due now, later, or never. */
  due: 'now' | 'later' | 'never';
}

/** A store of sagas under test, with the methods of workers, callers and operators. */
export interface SagaStoreUnderTest {
  sagas: Sagas<unknown>;
  renew(claim: Pick<Claim, 'sagaId' | 'epoch'>): Promise<unknown>;
  release(sagaId: string, epochs: readonly number[]): Promise<boolean>;
  decisions: MemoryDecisions;
  accept(): Promise<string>;
  makeDue(sagaId: string): Promise<void>;
  look(sagaId: string): Promise<SagaSeen>;
}

type Act = (store: SagaStoreUnderTest, sagaId: string, epoch: number) => Promise<unknown>;

const claimOf = (sagaId: string, epoch: number) => ({ sagaId, epoch }) as Claim;
const seen = (sagaId: string, epoch: number, phase: StoredSaga['phase']) => ({ sagaId, epoch, phase }) as StoredSaga;

/** Every write to a saga, by a process that knows the saga at the given epoch. */
const acts: Record<string, Act> = {
  claim: async ({ sagas }, sagaId) => {
    const claim = await sagas.claim(sagaId);
    return typeof claim === 'string' ? claim : { epoch: claim.epoch, settledEpoch: claim.settledEpoch, failures: claim.failures, phase: claim.phase, resumed: claim.resumed };
  },
  'lapse and claim': async (store, sagaId, epoch) => {
    if ((await store.look(sagaId)).due === 'later') await store.makeDue(sagaId);
    return acts['claim']!(store, sagaId, epoch);
  },
  'save state: waiting': ({ sagas }, sagaId, epoch) => sagas.saveState(claimOf(sagaId, epoch), { phase: 'waiting', status: 'pending', failures: 0, delayMs: 60_000 }),
  'save state: retrying': ({ sagas }, sagaId, epoch) => sagas.saveState(claimOf(sagaId, epoch), { phase: 'retrying', status: 'origin_mapped', failures: 2, delayMs: 60_000 }),
  'save state: awaiting approval': ({ sagas }, sagaId, epoch) => sagas.saveState(claimOf(sagaId, epoch), { phase: 'awaiting_approval', status: 'requested', failures: 0, delayMs: 600_000 }),
  'save state: stopped': ({ sagas }, sagaId, epoch) => sagas.saveState(claimOf(sagaId, epoch), { phase: 'stopped', status: 'error', failures: 3 }),
  'save state: ended': ({ sagas }, sagaId, epoch) => sagas.saveState(claimOf(sagaId, epoch), { phase: 'ended', status: 'synced', failures: 0 }),
  renew: (store, sagaId, epoch) => store.renew({ sagaId, epoch }).then(() => undefined),
  'release': (store, sagaId, epoch) => releaseNow(store, sagaId, [epoch]),
  'release several': (store, sagaId, epoch) => releaseNow(store, sagaId, [epoch, epoch + 1]),
  'decision: claim': ({ decisions }, sagaId, epoch) => decisions.claim(seen(sagaId, epoch, 'waiting')),
  'decision: claim as stopped': ({ decisions }, sagaId, epoch) => decisions.claim(seen(sagaId, epoch, 'stopped')),
  'decision: release': ({ decisions }, sagaId, epoch) => decisions.release(seen(sagaId, epoch, 'running'), epoch),
  'decision: end': ({ decisions }, sagaId, epoch) => decisions.end(seen(sagaId, epoch, 'running'), epoch, { code: 'saga.terminated', message: 'Terminated.' }),
  'decision: continue stopped': ({ decisions }, sagaId, epoch) => decisions.continueStopped(seen(sagaId, epoch, 'stopped')),
  'decision: wake': ({ decisions }, sagaId, epoch) => decisions.wake(seen(sagaId, epoch, 'awaiting_approval')),
  resume: ({ decisions }, sagaId, epoch) => decisions.resume({ sagaId, epoch, phase: 'stopped' }),
  'run now': ({ decisions }, sagaId, epoch) => decisions.runNow({ sagaId, epoch, phase: 'waiting' }),
};

/** Releases claims and makes the saga due immediately, so that the result does not depend on the clock. */
const releaseNow = async (store: SagaStoreUnderTest, sagaId: string, epochs: readonly number[]): Promise<boolean> => {
  const settled = await store.release(sagaId, epochs);
  if ((await store.look(sagaId)).due === 'later') await store.makeDue(sagaId);
  return settled;
};

const outcomeOf = async (act: Promise<unknown>): Promise<unknown> => {
  try {
    return (await act) ?? 'nothing';
  } catch (error) {
    return (error as Error).name;
  }
};

/** Compares the fake with a store: after the same writes of older and newer claims, results and sagas must be equal. */
export const sagaPairsContract = (name: string, open: () => Promise<SagaStoreUnderTest>): void => {
  const play = async (store: SagaStoreUnderTest, history: readonly (readonly [act: string, epoch: number])[]): Promise<unknown[]> => {
    const sagaId = await store.accept();
    const outcomes: unknown[] = [];
    for (const [act, epoch] of history) outcomes.push([act, epoch, await outcomeOf(acts[act]!(store, sagaId, epoch)), await store.look(sagaId)]);
    return outcomes;
  };

  describe(`${name} and the sagas in memory behave alike`, () => {
    let store: SagaStoreUnderTest;
    beforeAll(async () => {
      store = await open();
    });
    const both = async (history: readonly (readonly [string, number])[]): Promise<void> => {
      expect(await play(store, history)).toEqual(await play(sagasInMemory(), history));
    };

    test.each(Object.keys(acts))('after “%s” of a newer claim, every write of an older or the same claim', async (newer) => {
      const histories = Object.keys(acts).flatMap((older): (readonly [string, number])[][] => [
        [['claim', 0], ['lapse and claim', 1], [newer, 2], [older, 1], [older, 2]],
        [['claim', 0], [newer, 1], [older, 1], [older, 0]],
      ]);
      await Promise.all(histories.map(both));
    });

    test('a stopped saga whose claim ended in a crash counts no crashes once it is resumed', async () => {
      await both([['claim', 0], ['save state: stopped', 1], ['decision: claim as stopped', 1], ['decision: release', 2], ['claim', 2], ['resume', 3]]);
    });

    test('an expired claim is not renewed', async () => {
      const dueAfterRenewal = async (under: SagaStoreUnderTest): Promise<string> => {
        const sagaId = await under.accept();
        await acts['claim']!(under, sagaId, 0);
        await under.makeDue(sagaId);
        await under.renew({ sagaId, epoch: 1 });
        return (await under.look(sagaId)).due;
      };
      expect([await dueAfterRenewal(store), await dueAfterRenewal(sagasInMemory())]).toEqual(['now', 'now']);
    });

    test('longer histories have the same results', async () => {
      const playSeed = (seed: number): Promise<void> => {
        const random = seeded(seed);
        const names = Object.keys(acts);
        return both(Array.from({ length: 10 }, (_, at) => [names[Math.floor(random() * names.length)]!, Math.max(0, Math.floor(at / 2.5 - random() * 1.5))] as const));
      };
      await Promise.all(Array.from({ length: 80 }, (_, seed) => playSeed(seed)));
    });
  });
};

/** Creates the sagas in memory as a store under test. */
export const sagasInMemory = (): SagaStoreUnderTest => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  return {
    sagas,
    renew: sagas.renew,
    release: sagas.release,
    decisions: memoryDecisions(sagas, clock),
    accept: async () => sagas.accept('saga-1', 'reset_order', {}).sagaId,
    makeDue: async (sagaId) => void (sagas.sagas.get(sagaId)!.nextRunAt = 0),
    look: async (sagaId) => {
      const { phase, status, epoch, settledEpoch, failures, resumed, nextRunAt } = sagas.sagas.get(sagaId)!;
      return { phase, status, epoch, settledEpoch, failures, resumed, due: nextRunAt === undefined ? 'never' : nextRunAt <= clock.now() ? 'now' : 'later' };
    },
  };
};
