import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Order } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, routingOf, sagaTypes } from '@crossroads/order-reset';
import { createSagaRunner, NonRetryableError, RetryableError } from '@crossroads/saga';
import type { OrderRecord, Store } from '@crossroads/store';
import { auditLogRepository, intakeRepository, journalRepository, orderQueueRepository, makeIndexes, openStore, orderReader, orderRepository, sagaRepository, sagaViewRepository } from '@crossroads/store';
import { memoryDestination, resetRequestFor, resetFixture, silent } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../stores/own-database.js';
import { restartDelivery } from './restart-delivery.saga.js';
import type { Notices } from './notify-counterparty.step.js';

/** Records the notices. The first calls throw the `failures`. */
const memoryNotices = (...failures: Error[]): Notices & { sent: string[] } => {
  const sent: string[] = [];
  return {
    sent,
    async send({ key, tenantId }) {
      const failure = failures.shift();
      if (failure) throw failure;
      sent.push(`${tenantId} by ${key}`);
    },
  };
};

const steps = ['lock-order run done', 'restart-progression run done', 'notify-counterparty run done'];

describe('a restart of a delivery, in memory', () => {
  const givenFixture = (notices: Notices) => {
    const fixture = resetFixture({ types: (ports) => [...sagaTypes(ports), restartDelivery({ ...ports, notices })] });
    return { ...fixture, restart: (sagaId: string) => fixture.sagas.accept(sagaId, 'restart_delivery', resetRequestFor({ order_number: '4711' })).sagaId };
  };

  test('resets the progression, keeps the deliveries and notifies the counterparty once', async () => {
    const notices = memoryNotices();
    const { order, restart, settle, details } = givenFixture(notices);
    const { bols, executed_drops } = structuredClone(order);
    const saga = restart('saga-1');
    expect(await settle(saga)).toBe('synced');
    expect(order).toMatchObject({ bols, executed_drops, progression_state: 'NO_PROGRESS' });
    expect(details(saga)).toEqual(steps);
    expect(notices.sent).toEqual(['beta by saga-1']);
  });

  test('is rejected when the delivery has not begun, and locks nothing', async () => {
    const { order, restart, settle, sagas } = givenFixture(memoryNotices());
    order.progression_state = 'NO_PROGRESS';
    const saga = restart('saga-1');
    expect(await settle(saga)).toBe('error');
    expect(sagas.sagas.get(saga)!.error!.code).toBe('restart.not_begun');
    expect([order.version, order.lock]).toEqual([7, undefined]);
  });

  test('is retried and not compensated when the counterparty cannot be notified yet', async () => {
    const notices = memoryNotices(new RetryableError('notices.unavailable', 'not now'), new RetryableError('notices.unavailable', 'not now'));
    const { order, restart, settle, details } = givenFixture(notices);
    const saga = restart('saga-1');
    expect(await settle(saga)).toBe('synced');
    expect(order.progression_state).toBe('NO_PROGRESS');
    expect(details(saga)).toEqual([...steps.slice(0, 2), 'notify-counterparty run unavailable', 'notify-counterparty run unavailable', 'notify-counterparty run done']);
  });

  test('stops without compensation when its last step is rejected', async () => {
    const rejection = () => new NonRetryableError('notices.no', 'We do not take notices.');
    const { order, restart, settle, sagas, details } = givenFixture(memoryNotices(rejection(), rejection(), rejection()));
    const saga = restart('saga-1');
    expect(await settle(saga)).toBe('error');
    expect(sagas.sagas.get(saga)).toMatchObject({ phase: 'stopped', step: 'notify-counterparty', error: { code: 'saga.bug', message: expect.stringContaining('cannot be rejected') } });
    expect(details(saga)).toEqual([...steps.slice(0, 2), ...Array.from({ length: 3 }, () => 'notify-counterparty run failed')]);
    expect(order.progression_state).toBe('NO_PROGRESS');
  });

  test('waits during a reset of the same order, and is then rejected', async () => {
    const { restart, settle, submit, runSaga, details } = givenFixture(memoryNotices());
    const reset = submit('saga-1');
    const saga = restart('saga-2');
    expect(await runSaga(saga)).toMatchObject({ outcome: 'waiting' });
    expect(await settle(reset)).toBe('synced');
    expect(await settle(saga)).toBe('error');
    expect(details(saga)).toEqual(['lock-order run deferred', 'lock-order run rejected']);
  });
});

describe('a restart of a delivery, on the real store', () => {
  let store: Store;

  beforeAll(async () => {
    store = openStore({ uri: ownDatabase('restart-delivery'), operationTimeoutMs: 10_000 });
    await store.connected;
    await makeIndexes(store.connection);
    await orderReader(store).put(delivered);
  });

  afterAll(async () => {
    await store.connection.dropDatabase();
    await store.close();
  });

  const accept = async (): Promise<string> => {
    const request = resetRequestFor({ order_number: delivered.origin_order_number });
    const saga = { saga_id: uuidv7(), correlation_id: uuidv7(), type: 'restart_delivery', version: 1, tenant_id: request.caller.tenant_id };
    expect(await intakeRepository(store).accept({ ...saga, concurrency_keys: concurrencyKeysOfRequest(request), request, inbound_request: {}, accepted_at: new Date() })).toBe(true);
    return saga.saga_id;
  };

  /** Creates the saga runner of a worker, with or without the third saga type. */
  const createRunner = (notices?: Notices) => {
    const ports = {
      orders: orderRepository(store),
      auditLog: auditLogRepository(store),
      orderQueue: { ...orderQueueRepository(store), wakeNext: async (_order: Order) => {} },
      destinations: memoryDestination(),
    };
    const types = [...sagaTypes(ports), ...(notices ? [restartDelivery({ ...ports, notices })] : [])];
    const journal = journalRepository(store);
    return createSagaRunner({ types, sagas: sagaRepository(store, types), journal, log: silent });
  };

  test('runs beside the other saga types, and is delayed by a worker that does not know its type', async () => {
    const notices = memoryNotices();
    const sagaId = await accept();
    expect(await createRunner()(sagaId)).toMatchObject({ outcome: 'retry' });
    expect(await createRunner(notices)(sagaId)).toEqual({ outcome: 'completed', status: 'synced' });

    const log = await sagaViewRepository(store).entries(sagaId);
    expect(log.map(({ step: { name, direction, outcome } }) => `${name} ${direction} ${outcome}`)).toEqual(steps);
    expect(log.at(-1)).toMatchObject({ saga_type: 'restart_delivery', metadata: { crossroads_order_id: delivered.order_id } });
    expect(await orderRepository(store).snapshot(delivered.order_id)).toMatchObject({ progression_state: 'NO_PROGRESS', version: 8, bols: [{ bol_number: 'BOL-1' }] });
    expect(notices.sent).toEqual([`beta by ${sagaId}`]);
  });
});

const { caller, counterparty } = resetFixture().order.order;

const delivered: OrderRecord = {
  order_id: '674000000000000000004711',
  routing: routingOf(caller, counterparty),
  origin_order_number: '4711',
  destination_order_number: '90001',
  po: null,
  supply_owner: null,
  delivery_window: { start: '2026-11-03T08:00:00Z', end: '2026-11-03T16:00:00Z' },
  note: null,
  drops: [],
  bols: [{ bol_number: 'BOL-1' }],
  executed_drops: [],
  bol_photos: [],
  progression_state: 'COMPLETE',
  status: 'synced',
  version: 7,
  extra_data: {},
};
