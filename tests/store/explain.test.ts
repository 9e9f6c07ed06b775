import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import type { Order } from '@crossroads/order-reset';
import type { SagaFilter, Store } from '@crossroads/store';
import {
  auditLogRepository,
  backlogRepository,
  intakeRepository,
  journalRepository,
  orderQueueRepository,
  makeIndexes,
  activeSagas,
  collections,
  openStore,
  orderRepository,
  orderViewRepository,
  retentionRepository,
  sagaCommandRepository,
  sagaRepository,
  sagaSearch,
  sagaViewRepository,
  sagaVersionRepository,
  sweepRepository,
} from '@crossroads/store';
import { ownDatabase } from '../stores/own-database.js';
import type { Background } from './background.js';
import { storeBackground } from './background.js';
import { costOf, queriesOf } from './watched-queries.js';

let store: Store;
let background: Background;

beforeAll(async () => {
  store = openStore({ uri: `${ownDatabase('explain')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  background = await storeBackground(store);
}, 60_000);

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const request = (order: { order_id?: string; order_number?: string }, caller: string, other: string) =>
  ({ order, caller: { tenant_id: caller }, dest_tenant_name: other }) as never;

const storedOrder = (): Order => ({
  order_id: background.order.order_id,
  status: 'synced',
  caller: { tenant_id: background.order.caller, order_number: background.order.origin_number } as Order['caller'],
  counterparty: { tenant_id: 'tenant-3', order_number: background.order.destination_number } as Order['counterparty'],
});

/** Every read that workers, intake and operator pages repeat for each saga. */
const reads: Record<string, () => Promise<unknown>> = {
  'claim read': () => sagaRepository(store, [{ type: 'reset_order', version: 1 }]).claim(background.saga.saga_id),
  'order by number, with the caller as origin': () => orderRepository(store).find(request({ order_number: background.order.origin_number }, background.order.caller, background.order.other)),
  'order by number, with the caller as destination': () => orderRepository(store).find(request({ order_number: background.order.destination_number }, 'tenant-3', 'Company 2')),
  'order by id, with the caller as origin': () => orderRepository(store).find(request({ order_id: background.order.order_id }, background.order.caller, background.order.other)),
  'order by id, with the caller as destination': () => orderRepository(store).find(request({ order_id: background.order.order_id }, 'tenant-3', 'Company 2')),
  'order that does not exist': () => orderRepository(store).find(request({ order_number: 'no such number' }, background.order.caller, background.order.other)),
  'snapshot read': () => orderRepository(store).snapshot(background.order.order_id),
  'order queue, not blocked': () => orderQueueRepository(store).blockedBy(storedOrder(), background.saga.saga_id),
  'order queue, blocked': () => orderQueueRepository(store).blockedBy(storedOrder(), uuidv7()),
  'next saga of the order queue': () => orderQueueRepository(store).next(storedOrder()),
  'journal read': () => journalRepository(store).read(background.saga.saga_id),
  'snapshot from the log': () => auditLogRepository(store).snapshot(background.saga.saga_id, 2),
  'due sweep': () => sweepRepository(store).due(100),
  'due sweep, next batch': async () => {
    const { place } = await sweepRepository(store).due(100);
    await sweepRepository(store).due(100, place);
  },
  'oldest due': () => backlogRepository(store).oldestDueSeconds(),
  'open sagas of a tenant': () => activeSagas(store).count(background.saga.tenant_id, { before: uuidv7(), most: 100 }),
  'open recovery of a reset': () => sagaCommandRepository(store).openRecovery({ _id: background.saga.saga_id, tenant_id: background.saga.tenant_id }),
  'by correlation id': () => intakeRepository(store).byCorrelationId(background.saga.tenant_id, background.saga.correlation_id),
  'by idempotency key': () => intakeRepository(store).byIdempotencyKey(background.saga.tenant_id, background.saga.idempotency_key),
  'a reset with its log': () => intakeRepository(store).withLog(background.saga.tenant_id, background.saga.correlation_id),
  'newest of a tenant': () => intakeRepository(store).list(background.saga.tenant_id, {}, { limit: 50 }),
  'newest of a tenant, next page': () => intakeRepository(store).list(background.saga.tenant_id, {}, { before: background.saga.saga_id, limit: 50 }),
  'newest of a tenant, of one status': () => intakeRepository(store).list(background.saga.tenant_id, { status: 'synced' }, { limit: 50 }),
  'newest of a tenant, of a rare status': () => intakeRepository(store).list(background.saga.tenant_id, { status: 'rejected' }, { limit: 50 }),
  'newest of a tenant, of a status that none has': () => intakeRepository(store).list(background.saga.tenant_id, { status: 'canceled' }, { limit: 50 }),
  'newest of a tenant, of one order id': () => intakeRepository(store).list(background.saga.tenant_id, { order_id: background.order.requested_id }, { limit: 50 }),
  'newest of a tenant, of an order id that none has': () => intakeRepository(store).list(background.saga.tenant_id, { order_id: 'f'.repeat(24) }, { limit: 50 }),
  'newest of a tenant, of one order': () => intakeRepository(store).list(background.saga.tenant_id, { order_number: background.order.origin_number }, { limit: 50 }),
  'saga versions for waiting callers': () => sagaVersionRepository(store).sagaVersions([background.saga.saga_id], [background.saga.tenant_id]),
  'saga list of the operators': () => sagaViewRepository(store).list({}, { limit: 50 }),
  'saga list, of one status': () => sagaViewRepository(store).list({ statuses: ['synced'] }, { limit: 50 }),
  'saga list, of one phase': () => sagaViewRepository(store).list({ phases: ['running'] }, { limit: 50 }),
  'saga list, previous page': () => sagaViewRepository(store).list({}, { after: background.saga.saga_id, limit: 50 }),
  'saga list, previous page of one status': () => sagaViewRepository(store).list({ statuses: ['synced'] }, { after: background.saga.saga_id, limit: 50 }),
  'saga list, of one tenant': () => sagaViewRepository(store).list({ tenantId: background.saga.tenant_id }, { limit: 50 }),
  'saga list, of the blocked': () => sagaViewRepository(store).list({ blocked: true }, { limit: 50 }),
  'blocked sagas for the metrics': () => backlogRepository(store).blocked(),
  'oldest in flight': () => sagaViewRepository(store).oldestInFlight(),
};

const expectIndexedRead = async (name: string): Promise<void> => {
  const queries = (await queriesOf(store, reads[name]!)).filter(({ command }) => 'find' in command || 'aggregate' in command);
  expect(queries).not.toEqual([]);
  for (const query of queries) {
    const cost = await costOf(store, query);
    expect({ ...cost, filter: query.command['filter'] ?? query.command['pipeline'] }).toMatchObject({ searches: [] });
    expect(cost.examined).toBeLessThanOrEqual(2 * Math.max(1, cost.returned));
  }
};

test.each(Object.keys(reads))('%s: uses an index and examines at most two documents for each result', expectIndexedRead);

/** Further reads, which examine more documents than they return. */
const otherReads: typeof reads = {
  'search of the operators': () => sagaSearch(store).find(background.order.origin_number),
  'sagas about an order': () => orderViewRepository(store).resets(background.order.order_id),
  'old idempotency keys': () => retentionRepository(store).forgetKeys(10),
  'sagas past their retention': () => retentionRepository(store).purge({ tenantId: background.saga.tenant_id, days: 3_650 }, 10),
};

/** MongoDB makes the other index itself. */
const isMade = (index: string): boolean => index !== '_id_';

/** An index costs something in each write of its collection, so an index that no read uses must go. */
test.each([collections.sagas, collections.logs])('every index of %s serves one of these reads', async (collection) => {
  const used = new Set<string>();
  for (const read of Object.values({ ...reads, ...otherReads })) {
    for (const query of (await queriesOf(store, read)).filter((each) => each.collection === collection && !('update' in each.command))) {
      for (const index of (await costOf(store, query)).indexes) used.add(index);
    }
  }
  const indexes = await store.connection.db!.collection(collection).indexes();
  expect([...used].filter(isMade).sort()).toEqual(indexes.map(({ name }) => name!).filter(isMade).sort());
});

test('the sagas about an order are found in the index alone', async () => {
  const [query] = (await queriesOf(store, otherReads['sagas about an order']!)).filter(({ command }) => 'distinct' in command);
  expect(await costOf(store, query!)).toMatchObject({ searches: [], examined: 0, indexes: ['order'] });
});

const listFilters = (): Record<string, SagaFilter> => ({ 'all sagas': {}, 'one status': { statuses: ['synced'] }, 'one phase': { phases: ['running'] }, 'one tenant': { tenantId: background.saga.tenant_id } });

test.each(['all sagas', 'one status', 'one phase', 'one tenant'])('the count of the list, for %s, uses only an index', async (name) => {
  for (const after of [undefined, background.saga.saga_id]) {
    const [query] = await queriesOf(store, () => sagaViewRepository(store).count(listFilters()[name]!, after));
    expect(await costOf(store, query!)).toMatchObject({ searches: [], examined: 0 });
  }
});
