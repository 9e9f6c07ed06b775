import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDestinations } from '@crossroads/destinations';
import type { Entry } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { startLocalServer } from '@crossroads/testkit';
import type { Gate } from '../harness/gate.js';
import { createGate } from '../harness/gate.js';
import type { PortOverrides } from '../harness/port-overrides.js';
import { givenReset, openTestStore, recoverySagaOf } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('late-rejections');
}, 30_000);
afterAll(() => store.close());

/** The worker dies while an entry that matches is in transit. The entry arrives when the gate opens. */
const deadWhileWriting = (gate: Gate, matches: (entry: Entry) => boolean): PortOverrides => ({
  journal: (real) => ({
    write: async (entry, ...rest) => {
      if (!matches(entry)) return real.write(entry, ...rest);
      await gate.pass();
      await real.write(entry, ...rest);
      throw new ClaimLost('this worker is dead');
    },
  }),
});

const rejectionOf =
  (name: string) =>
  ({ step }: Entry): boolean =>
    step.name === name && step.outcome === 'rejected';

describe('a rejection by an older claim that arrives after a newer claim has run the step', () => {
  test('of the clear: the cleared deliveries are restored', async () => {
    const { reset, sagaId } = await givenReset(store);
    const inTransit = createGate();
    // Another system replaces the list of BOLs by a text, and corrects that later. Each of its writes increments the version.
    const dead = reset.runSaga(sagaId, {
      ...deadWhileWriting(inTransit, rejectionOf('clear-deliveries')),
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          await reset.changeOrder({ $set: { bols: 'none' }, $inc: { version: 1 } });
          return real.clearDeliveries(...args);
        },
      }),
    });
    await inTransit.reached;
    await reset.changeOrder({ $set: { bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }] }, $inc: { version: 1 } });
    await reset.runAgain(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          const cleared = await real.clearDeliveries(...args);
          if (cleared !== 'moved') {
            inTransit.open();
            await dead;
          }
          return cleared;
        },
      }),
    });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'error' });
    expect(await reset.order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }] });
  });

  test('of the dispatch: the saga stops, and the order stays cleared, until a person knows which reply is valid', async () => {
    const { reset, sagaId } = await givenReset(store, 'conflict', 'synced');
    const inTransit = createGate();
    const dead = reset.runSaga(sagaId, deadWhileWriting(inTransit, rejectionOf('dispatch-reset')));
    await inTransit.reached;
    const { send } = reset.destination;
    reset.destination.send = async (...args) => {
      const reply = await send(...args);
      inTransit.open();
      await dead;
      return reply;
    };
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code: 'step.contradicted' } });
    expect((await reset.order()).bols).toEqual([]);
  });

  test('of the dispatch, because the newer claim was still sending: the saga stops, and the order stays cleared', async () => {
    const { reset, sagaId } = await givenReset(store);
    const processing = createGate();
    const received: string[] = [];
    // While this destination processes the first request of a key, it replies 409 to another one.
    const server = await startLocalServer((request, response) => {
      received.push(String(request.headers['webhook-id']));
      if (received.length > 1) response.writeHead(409).end('{"detail":"this key is being processed"}');
      else void processing.pass().then(() => response.writeHead(200).end('{}'));
    });
    const instance = { id: 'beta-1', tenant_id: 'beta', name: 'Beta ERP', source_system: 'webhook', url: server.url, secret_ref: 'env:S' };
    const real = createDestinations({ instances: { find: async () => instance }, secrets: async () => `whsec_${randomBytes(32).toString('base64')}`, allowedPrivateHosts: ['127.0.0.1', 'localhost'] });
    Object.assign(reset.destination, { check: real.check, prepare: real.prepare, send: real.send });
    // The first claim has recorded its request, and freezes before it sends the request.
    const frozen = createGate();
    const zombie = reset.runSaga(sagaId, {
      journal: (journal) => ({
        write: async (entry, ...rest) => {
          const written = await journal.write(entry, ...rest);
          if (entry.step.name === 'dispatch-reset' && entry.step.outcome === 'recorded') await frozen.pass();
          return written;
        },
      }),
    });
    try {
      await frozen.reached;
      const second = reset.runAgain(sagaId);
      await processing.reached;
      frozen.open();
      await zombie;
      processing.open();
      await second;
    } finally {
      await real.close();
      await server.close();
    }
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code: 'step.contradicted' } });
    expect((await reset.order()).bols).toEqual([]);
  });

  test('of the restore: the recovery stops, and the restored data stays', async () => {
    const { reset, sagaId } = await givenReset(store);
    await reset.runSaga(sagaId);
    const recoveryId = recoverySagaOf(await reset.operator.recover(sagaId));
    const inTransit = createGate();
    const dead = reset.runSaga(recoveryId, {
      ...deadWhileWriting(inTransit, rejectionOf('restore-order')),
      orders: (real) => ({
        restoreExactly: async (...args) => {
          await reset.changeOrder({ $set: { progression_state: 'ASSIGNED' }, $inc: { version: 1 } });
          return real.restoreExactly(...args);
        },
      }),
    });
    await inTransit.reached;
    await reset.changeOrder({ $set: { progression_state: 'NO_PROGRESS' }, $inc: { version: 1 } });
    await reset.runAgain(recoveryId, {
      orders: (real) => ({
        restoreExactly: async (...args) => {
          const outcome = await real.restoreExactly(...args);
          if (outcome === 'restored') {
            inTransit.open();
            await dead;
          }
          return outcome;
        },
      }),
    });
    expect(await reset.saga(recoveryId)).toMatchObject({ phase: 'stopped', error: { code: 'step.contradicted' } });
    expect(await reset.order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }] });
  });
});
