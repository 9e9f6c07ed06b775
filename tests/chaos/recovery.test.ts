import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openStore, sagaRepository } from '@crossroads/store';
import type { Store } from '@crossroads/store';
import type { MongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import { openMongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import type { ClaimLog, SeenClaim } from '../../tools/chaos/src/claim-log.js';
import { recordClaims } from '../../tools/chaos/src/claim-log.js';
import { measureRecovery } from '../../tools/chaos/src/recovery.js';
import { storeSagas } from '../sandbox/many-sagas.js';
import { ownDatabase } from '../stores/own-database.js';

const claim = (at: number, epoch: number, worker = 'worker-1'): SeenClaim => ({ worker, sagaId: 's', epoch, at });
const kill = (at: number, name = 'worker-1') => ({ name, at });

const recovered = (claims: SeenClaim[], kills: { name: string; at: number }[], released: number[] = [], windows: Parameters<typeof measureRecovery>[2] = []) =>
  measureRecovery({ claims, releases: released.map((epoch) => ({ sagaId: 's', fromEpoch: epoch, toEpoch: epoch })) }, kills, windows).all;

describe('crash recovery', () => {
  test('is measured from the kill to the next claim of the saga', () => {
    expect(recovered([claim(10, 1), claim(9_010, 2, 'worker-2')], [kill(20)], [2])).toEqual([8_990]);
  });

  test('does not charge a saga that waited in the queue with the earlier kill of another worker', () => {
    // Accepted at 0, while worker-2 was killed; claimed at 5,000 by worker-1, which is killed at 5,010.
    expect(recovered([claim(5_000, 1), claim(14_000, 2, 'worker-3')], [kill(20, 'worker-2'), kill(5_010)], [2])).toEqual([8_990]);
  });

  test('does not count a kill of a worker that had released the saga or never claimed it', () => {
    expect(recovered([claim(10, 1), claim(9_010, 2)], [kill(20)], [1, 2])).toEqual([]);
    expect(recovered([claim(10, 1), claim(9_010, 2)], [kill(20, 'worker-2')], [2])).toEqual([]);
    expect(recovered([claim(10, 1), claim(9_010, 2, 'worker-2')], [kill(9_020)], [2])).toEqual([]);
  });

  test('is measured for each crash of a saga that met several', () => {
    expect(recovered([claim(5, 1), claim(8_000, 2, 'worker-2'), claim(20_010, 3, 'worker-3')], [kill(10), kill(9_000, 'worker-2')], [3])).toEqual([7_990, 11_010]);
  });

  test('counts a claim that the driver repeated once', () => {
    expect(recovered([claim(10, 1), claim(12, 1), claim(9_010, 2, 'worker-2')], [kill(20)], [2])).toEqual([8_990]);
  });

  test('leaves out what another fault delayed', () => {
    expect(recovered([claim(10, 1), claim(9_010, 2, 'worker-2')], [kill(20)], [2], [{ part: 'redis', from: 3_000, to: 4_000 }])).toEqual([]);
  });
});

describe('the claim log', () => {
  const target = ownDatabase('claim-log');
  const stores: Store[] = [];
  let proxy: MongodbProxy;
  let log: ClaimLog;

  beforeEach(async () => {
    proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
    log = recordClaims(proxy);
  });

  afterEach(async () => {
    await stores[0]!.connection.dropDatabase();
    for (const store of stores.splice(0)) await store.close();
    await proxy.close();
  });

  const connected = async (uri: string): Promise<Store> => {
    const store = openStore({ uri, operationTimeoutMs: 10_000 });
    stores.push(store);
    await store.connected;
    return store;
  };

  // Under jest the driver sends no client metadata, so `faults.test.ts` checks the name of the worker.
  test('has the saga and epoch of every claim that was made, and every release', async () => {
    const [saga] = await storeSagas(await connected(target), 1);
    const types = [{ type: 'reset_order', version: 1 }];
    const [first, second] = [sagaRepository(await connected(proxy.uri()), types), sagaRepository(await connected(proxy.uri()), types)];
    const { saga_id: sagaId } = saga!;

    const made = await first.claim(sagaId);
    expect(await second.claim(sagaId)).toBe('not-due');
    if (typeof made === 'string') throw new Error('The saga could not be claimed.');
    await first.saveState(made, { phase: 'retrying', status: 'pending', step: 'resolve-order', delayMs: 0, failures: 1 });
    expect(await second.claim(sagaId)).toMatchObject({ epoch: 2 });
    await second.release(sagaId, [2]);

    expect(log.claims.map(({ sagaId, epoch }) => [sagaId, epoch])).toEqual([[sagaId, 1], [sagaId, 2]]);
    expect(log.releases).toEqual([{ sagaId, fromEpoch: 1, toEpoch: 1 }, { sagaId, fromEpoch: 2, toEpoch: 2 }]);
  });
});
