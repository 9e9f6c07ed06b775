import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Orders, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetRequest, sagaTypes, subjectOf } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import { createSagaRunner } from '@crossroads/saga';
import type { SagaMetadata, Store } from '@crossroads/store';
import {
  auditLogRepository,
  cancelSaga,
  collections,
  decisionRepository,
  intakeRepository,
  journalRepository,
  orderQueueRepository,
  makeIndexes,
  openStore,
  orderRepository,
  recordOutcome,
  sagaRepository,
  sagaViewRepository,
  sweepRepository,
} from '@crossroads/store';
import { memoryDestination, resetRequestFor, silent } from '@crossroads/testkit';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
let number = 7_000;

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('break-abandon'), operationTimeoutMs: 5_000 });
  await store.connected;
  await makeIndexes(store.connection);
}, 30_000);
afterAll(() => store.close());

const sagas = () => store.connection.db!.collection<{ _id: string }>(collections.sagas);
const orders = () => store.connection.db!.collection(collections.orders);
const end = (side: 'origin' | 'destination', id: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: id === 'alpha' ? 'Alpha' : 'Beta', [`${side}_instance_id`]: `${id}-1` });

const held = () => {
  let arrive!: () => void;
  let letThrough!: () => void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const through = new Promise<void>((resolve) => (letThrough = resolve));
  return { arrived, letThrough, gate: async () => (arrive(), through) };
};

const asOperator = { by: 'ops', role: 'operator' as const, from: null, reason: 'test' };

const fixture = async (fields: object = {}) => {
  const order_number = String(number++);
  const { insertedId } = await orders().insertOne({
    routing: { ...end('origin', 'alpha'), ...end('destination', 'beta') },
    origin_order_number: order_number,
    destination_order_number: `9${order_number}`,
    bols: [{ bol_number: 'BOL-1' }],
    executed_drops: [{ site: 'site-104' }],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    ...fields,
  } as never);
  const destination = memoryDestination();
  const journal = journalRepository(store, ({ request }, state) => subjectOf(resetRequest.parse(request) satisfies ResetRequest, state));
  const worker = (spoil: (real: Orders) => Orders = (real) => real, spoilJournal: (real: Journal<SagaMetadata>) => Journal<SagaMetadata> = (real) => real) => {
    const ports: ResetOrderPorts = {
      orders: spoil(orderRepository(store)),
      auditLog: auditLogRepository(store),
      line: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext: async () => undefined },
      destinations: destination,
    };
    const types = sagaTypes(ports);
    return createSagaRunner({ types, sagas: sagaRepository(store, types), journal: spoilJournal(journal), log: silent });
  };
  const saga = async (sagaId: string) => (await sagas().findOne({ _id: sagaId }))! as never as Record<string, any>;
  const entries = (sagaId: string) => sagaViewRepository(store).entries(sagaId);
  const commandsOn = (on: Store) => createCommands({ store: on, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } });
  return {
    destination,
    journal,
    worker,
    saga,
    entries,
    order: async () => (await orders().findOne({ _id: insertedId }))! as Record<string, any>,
    orderId: insertedId,
    read: async (sagaId: string) => ({ saga: (await saga(sagaId)) as never, entries: (await entries(sagaId)) as never }),
    steps: async (sagaId: string) => (await entries(sagaId)).map(({ step }) => `${step.name} ${step.direction} ${step.outcome}`),
    async accept() {
      const id = `${Date.now().toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7${randomUUID().slice(15)}`;
      const request = resetRequestFor({ order_number });
      await intakeRepository(store).accept({
        saga_id: id,
        correlation_id: randomUUID(),
        type: 'reset_order',
        version: 1,
        tenant_id: 'alpha',
        concurrency_keys: concurrencyKeysOfRequest(request),
        request,
        inbound_request: {},
        accepted_at: new Date(),
      });
      return id;
    },
    due: (sagaId: string) => sagas().updateOne({ _id: sagaId }, { $set: { next_run_at: new Date(0) } }),
    commandsOn,
    commands: commandsOn(store),
  };
};

/** The store of an operators' process whose insert of the `terminated` entry is held. */
const withHeldTermination = (gate: () => Promise<void>): Store => {
  const commit: Pick<Store['commit'], 'insert' | 'update'> = {
    insert: async (collection, document, ...rest) => {
      if (collection === collections.logs && (document as { step: { outcome: string } }).step.outcome === 'terminated') await gate();
      return store.commit.insert(collection, document, ...rest);
    },
    update: (...args) => store.commit.update(...args),
  };
  return { ...store, commit: commit as Store['commit'] };
};

const retryingAtClear = async (world: Awaited<ReturnType<typeof fixture>>) => {
  const sagaId = await world.accept();
  await world.worker((real) => ({
    ...real,
    clearDeliveries: async () => {
      throw new Error('tried again later');
    },
  }))(sagaId);
  expect(await world.saga(sagaId)).toMatchObject({ phase: 'retrying', step: 'clear-deliveries' });
  return sagaId;
};

/** What data-model and crash-safety promise of any reset that is over: what stays cleared is named in the log, so that Recover puts it back. */
const putBackByRecover = async (world: Awaited<ReturnType<typeof fixture>>, sagaId: string) => {
  expect(await world.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
  expect((await world.order())['bols']).toEqual([]);
  const recovered = await world.commands.recover!(sagaId, asOperator);
  expect(recovered).toEqual({ ok: true, recoverySagaId: expect.any(String) });
  await world.worker()((recovered as { recoverySagaId: string }).recoverySagaId);
  expect(await world.order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE' });
};

describe('the entry by which an operator abandons arrives late', () => {
  test('after the claim of the operator lapsed and a newer claim cleared the order: what was cleared is still named', async () => {
    const world = await fixture();
    const sagaId = await retryingAtClear(world);
    const late = held();
    const terminating = world.commandsOn(withHeldTermination(late.gate)).terminate!(sagaId, asOperator);
    await late.arrived;
    // 12 s pass.
    await world.due(sagaId);
    await world.worker((real) => ({
      ...real,
      clearDeliveries: async (...args) => {
        const cleared = await real.clearDeliveries(...args);
        late.letThrough();
        await terminating;
        return cleared;
      },
    }))(sagaId);
    await putBackByRecover(world, sagaId);
  });

  test('after a newer claim has read the journal and before it clears', async () => {
    const world = await fixture();
    const sagaId = await retryingAtClear(world);
    const late = held();
    const terminating = world.commandsOn(withHeldTermination(late.gate)).terminate!(sagaId, asOperator);
    await late.arrived;
    await world.due(sagaId);
    await world.worker((real) => ({
      ...real,
      clearDeliveries: async (...args) => {
        late.letThrough();
        await terminating;
        return real.clearDeliveries(...args);
      },
    }))(sagaId);
    await putBackByRecover(world, sagaId);
  });
});

describe('two operators at once, no time passes and no write is late', () => {
  test('one abandons, the other runs the next attempt now', async () => {
    const world = await fixture();
    const sagaId = await retryingAtClear(world);
    const late = held();
    const terminating = world.commandsOn(withHeldTermination(late.gate)).terminate!(sagaId, asOperator);
    await late.arrived;
    // The operator's claim is no saga at rest: a worker that ran the saga now would clear it behind the operator's back.
    expect(await world.commands.runNow!(sagaId, asOperator)).toMatchObject({ ok: false, code: 'saga.moved' });
    late.letThrough();
    expect(await terminating).toMatchObject({ ok: true });
    expect(await world.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
  });

  test('one abandons a stopped saga, the other resumes it', async () => {
    const world = await fixture();
    const sagaId = await retryingAtClear(world);
    await sagas().updateOne({ _id: sagaId }, { $set: { phase: 'stopped', status: 'error' }, $unset: { next_run_at: 1 } });
    const late = held();
    const terminating = world.commandsOn(withHeldTermination(late.gate)).terminate!(sagaId, asOperator);
    await late.arrived;
    expect(await world.commands.resume!(sagaId, asOperator)).toMatchObject({ ok: true });
    await world.worker((real) => ({
      ...real,
      clearDeliveries: async (...args) => {
        const cleared = await real.clearDeliveries(...args);
        late.letThrough();
        // "Nothing was changed", it says.
        expect(await terminating).toMatchObject({ ok: false, code: 'saga.moved' });
        return cleared;
      },
    }))(sagaId);
    await putBackByRecover(world, sagaId);
  });
});

test('two operators abandon a stopped saga at once: one is told that it was done, the other that the saga has moved', async () => {
  const world = await fixture();
  const sagaId = await retryingAtClear(world);
  await sagas().updateOne({ _id: sagaId }, { $set: { phase: 'stopped', status: 'error' }, $unset: { next_run_at: 1 } });
  let second: unknown;
  // The first has claimed; before it looks at the order, the second comes and goes.
  const commit: Pick<Store['commit'], 'insert' | 'update'> = {
    insert: (...args) => store.commit.insert(...args),
    update: async (...args) => {
      const done = await store.commit.update(...args);
      if (args[0] === collections.sagas && second === undefined) {
        const late = held();
        second = world.commandsOn(withHeldTermination(late.gate)).terminate!(sagaId, asOperator);
        await late.arrived;
        setTimeout(late.letThrough, 300);
      }
      return done;
    },
  };
  const first = await world.commandsOn({ ...store, commit: commit as Store['commit'] }).terminate!(sagaId, asOperator).catch((error: Error) => error.name);
  expect([first, await second]).toMatchObject([{ ok: false, code: 'saga.moved' }, { ok: true }]);
});

test('a saga that is abandoned half undone can be recovered without force: nobody but the saga has touched its order', async () => {
  const world = await fixture();
  const sagaId = await world.accept();
  world.destination.answers.push('rejected');
  const broken = world.worker((real) => ({
    ...real,
    restoreDeliveries: async () => {
      throw new Error('a bug');
    },
  }));
  for (let tried = 0; tried < 3; tried++) {
    await world.due(sagaId);
    await broken(sagaId);
  }
  expect(await world.saga(sagaId)).toMatchObject({ phase: 'stopped' });
  expect(await world.commands.terminate!(sagaId, asOperator)).toMatchObject({ ok: true });
  await putBackByRecover(world, sagaId);
});

describe('the lock is removed by hand after a clear that has no entry yet', () => {
  test('docs/errors.md: order.not_locked: "abandon the saga, and recover the order if it was cleared"', async () => {
    const world = await fixture();
    const sagaId = await world.accept();
    const late = held();
    const dying = world.worker((real) => ({
      ...real,
      clearDeliveries: async (...args) => {
        await real.clearDeliveries(...args);
        await late.gate();
        throw new Error('died');
      },
    }))(sagaId);
    await late.arrived;
    await orders().updateOne({ _id: world.orderId }, { $unset: { lock: 1 } });
    await world.due(sagaId);
    expect(await world.worker()(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect(await world.saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code: 'order.not_locked' } });
    expect(await world.commands.terminate!(sagaId, asOperator)).toMatchObject({ ok: true });
    late.letThrough();
    await dying;
    await putBackByRecover(world, sagaId);
  });
});

describe('before a saga stops or waits for a person, it reads its journal again', () => {
  test('a parked saga whose time is up is accepted after the claim has read the journal', async () => {
    const world = await fixture();
    const sagaId = await world.accept();
    world.destination.answers.push('requested');
    await world.worker()(sagaId);
    const read = await world.read(sagaId);
    expect(read.saga).toMatchObject({ phase: 'awaiting_approval' });
    await world.due(sagaId); // the seven days are over
    let reads = 0;
    await world.worker(undefined, (real) => ({
      ...real,
      read: async (id) => {
        const found = await real.read(id);
        // The destination's people accept, as answer.ts does: by the epoch they read the parked saga at.
        if (reads++ === 0)
          await recordOutcome(world.journal, read, (read.saga as { epoch: number }).epoch, {
            step: 'dispatch-reset',
            outcome: 'done',
            status: 'synced',
            title: 'Reset accepted by the destination',
            message: 'Accepted.',
            output: { reply: { http_status: 202, message: 'Accepted.' } },
            extra_data: {},
          });
        return found;
      },
    }))(sagaId);
    await decisionRepository(store).wake(read.saga);
    await world.worker()(sagaId);
    expect(await world.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'synced' });
  });

  test('a cancellation lands after that reading and before the saga is settled as stopped', async () => {
    const world = await fixture();
    const sagaId = await world.accept();
    await sagas().updateOne({ _id: sagaId }, { $set: { failures: 2 } }); // two attempts have failed; the third is the last of a bug
    const canceled: string[] = [];
    await world.worker(
      (real) => ({
        ...real,
        find: async () => {
          throw new Error('a bug');
        },
      }),
      (real) => ({
        ...real,
        read: async (id) => {
          const found = await real.read(id);
          canceled.push(await cancelSaga({ journal: world.journal, sagas: decisionRepository(store) }, await world.read(sagaId), { by: 'Alpha', reasonCode: null }));
          return found;
        },
      }),
    )(sagaId);
    expect([...new Set(canceled)]).toEqual(['canceled']);
    // The caller was told "canceled": "it will end canceled, or has". Nobody is going to move it, though.
    const { phase, status, next_run_at } = await world.saga(sagaId);
    expect({ phase, status, next_run_at, steps: await world.steps(sagaId) }).not.toMatchObject({ phase: 'stopped', status: 'error' });
  });
});

describe('orders of other systems', () => {
  test('with fence null are reset, or refused', async () => {
    const world = await fixture({ lock: null });
    const sagaId = await world.accept();
    await world.worker()(sagaId);
    expect((await world.saga(sagaId))['phase']).not.toBe('waiting');
  });

  test('that carry the lock of a saga that does not exist, as in a copy or a restored backup, are freed by the sweep', async () => {
    const world = await fixture({ lock: { saga_id: '01900000-0000-7000-8000-000000000000', epoch: 3 } });
    const sagaId = await world.accept();
    await world.worker()(sagaId);
    expect((await world.saga(sagaId))['phase']).toBe('waiting');
    expect((await sweepRepository(store).orphans(1_000)).orphans.map(({ orderId }) => orderId)).toContain(String(world.orderId));
  });

  test.each([
    ['the undo', 130],
    ['the undo and Recover', 95],
  ])('of almost 16 MB, %s', async (_, bytesLeft) => {
    const bol = { text: 'x'.repeat(13 * 1024 * 1024) };
    const world = await fixture({ bols: [bol], filler: '' });
    const [{ size }] = (await orders().aggregate([{ $match: { _id: world.orderId } }, { $project: { size: { $bsonSize: '$$ROOT' } } }]).toArray()) as [{ size: number }];
    await orders().updateOne({ _id: world.orderId }, { $set: { filler: 'y'.repeat(16 * 1024 * 1024 - bytesLeft - size) } } as never);
    const sagaId = await world.accept();
    world.destination.answers.push('rejected');
    await world.worker()(sagaId);
    const { phase, status, error } = await world.saga(sagaId);
    const cleared = (await world.order())['bols'].length === 0;
    let recovered: unknown;
    if (phase === 'stopped') {
      await world.commands.terminate!(sagaId, asOperator);
      const made = (await world.commands.recover!(sagaId, { ...asOperator, force: true })) as { recoverySagaId?: string };
      if (made.recoverySagaId) {
        await world.worker()(made.recoverySagaId);
        const recovery = await world.saga(made.recoverySagaId);
        recovered = { phase: recovery['phase'], status: recovery['status'], code: recovery['error']?.code };
      } else recovered = made;
    }
    expect({ phase, status, code: error?.code, cleared, recovered }).toEqual({ phase: 'ended', status: expect.any(String), code: expect.any(String), cleared: false, recovered: undefined });
  });

  test('whose BOLs became a text after the clear are not torn into letters by the undo', async () => {
    const world = await fixture();
    const sagaId = await world.accept();
    world.destination.answers.push('rejected');
    await world.worker((real) => ({
      ...real,
      resetProgression: async (...args) => {
        await orders().updateOne({ _id: world.orderId }, { $set: { bols: 'none' }, $inc: { version: 1 } } as never);
        return real.resetProgression(...args);
      },
    }))(sagaId);
    expect([await world.saga(sagaId), (await world.order())['bols']]).not.toMatchObject([{ phase: 'ended' }, [{ bol_number: 'BOL-1' }, 'n', 'o', 'n', 'e']]);
  });
});
