import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import type { Order } from '@crossroads/order-reset';
import type { Store } from '@crossroads/store';
import {
  auditLogRepository,
  backlogRepository,
  intakeRepository,
  journalRepository,
  orderQueueRepository,
  makeIndexes,
  activeSagas,
  openStore,
  orderRepository,
  sagaCommandRepository,
  sagaRepository,
  sagaViewRepository,
  sagaVersionRepository,
  sweepRepository,
} from '@crossroads/store';
import { ownDatabase } from '../stores/own-database.js';
import type { Noise } from './noise.js';
import { makeNoise } from './noise.js';
import { costOf, queriesOf } from './watched-queries.js';

let store: Store;
let noise: Noise;

beforeAll(async () => {
  store = openStore({ uri: `${ownDatabase('explain')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  noise = await makeNoise(store);
}, 60_000);

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const request = (order: { order_id?: string; order_number?: string }, caller: string, other: string) =>
  ({ order, caller: { tenant_id: caller }, dest_tenant_name: other }) as never;

const orderOfNoise = (): Order => ({
  order_id: noise.order.order_id,
  status: 'synced',
  caller: { tenant_id: noise.order.caller, order_number: noise.order.origin_number } as Order['caller'],
  counterparty: { tenant_id: 'tenant-3', order_number: noise.order.destination_number } as Order['counterparty'],
});

const nobody = { routing: {}, metadata: {} } as never;

/** Every read on the way of a saga, and of those who look at one. */
const hot: Record<string, () => Promise<unknown>> = {
  'claim read': () => sagaRepository(store, [{ type: 'reset_order', version: 1 }]).claim(noise.saga.saga_id),
  'order by number, made by the caller': () => orderRepository(store).find(request({ order_number: noise.order.origin_number }, noise.order.caller, noise.order.other)),
  'order by number, sent to the caller': () => orderRepository(store).find(request({ order_number: noise.order.destination_number }, 'tenant-3', 'Company 2')),
  'order by id, made by the caller': () => orderRepository(store).find(request({ order_id: noise.order.order_id }, noise.order.caller, noise.order.other)),
  'order by id, sent to the caller': () => orderRepository(store).find(request({ order_id: noise.order.order_id }, 'tenant-3', 'Company 2')),
  'order nobody has': () => orderRepository(store).find(request({ order_number: 'no such number' }, noise.order.caller, noise.order.other)),
  'snapshot read': () => orderRepository(store).snapshot(noise.order.order_id),
  'line, nobody ahead': () => orderQueueRepository(store).blockedBy(orderOfNoise(), noise.saga.saga_id),
  'line, somebody ahead': () => orderQueueRepository(store).blockedBy(orderOfNoise(), uuidv7()),
  'next in line': () => orderQueueRepository(store).next(orderOfNoise()),
  'journal read': () => journalRepository(store, () => nobody).read(noise.saga.saga_id),
  'snapshot from the log': () => auditLogRepository(store).snapshot(noise.saga.saga_id, 2),
  'due sweep': () => sweepRepository(store).due(100),
  'due sweep, further on': async () => {
    const { place } = await sweepRepository(store).due(100);
    await sweepRepository(store).due(100, place);
  },
  'oldest due': () => backlogRepository(store).oldestDueSeconds(),
  'sweep for orphans': () => sweepRepository(store).orphans(100),
  'open sagas of a tenant': () => activeSagas(store).count(noise.saga.tenant_id, { before: uuidv7(), most: 100 }),
  'open recovery of a reset': () => sagaCommandRepository(store).openRecovery({ _id: noise.saga.saga_id, tenant_id: noise.saga.tenant_id }),
  'by correlation id': () => intakeRepository(store).byCorrelationId(noise.saga.tenant_id, noise.saga.correlation_id),
  'by idempotency key': () => intakeRepository(store).byIdempotencyKey(noise.saga.tenant_id, noise.saga.idempotency_key),
  'a reset with its log': () => intakeRepository(store).withLog(noise.saga.tenant_id, noise.saga.correlation_id),
  'newest of a tenant': () => intakeRepository(store).list(noise.saga.tenant_id, {}, { limit: 50 }),
  'newest of a tenant, next page': () => intakeRepository(store).list(noise.saga.tenant_id, {}, { before: noise.saga.saga_id, limit: 50 }),
  'newest of a tenant, of one status': () => intakeRepository(store).list(noise.saga.tenant_id, { status: 'synced' }, { limit: 50 }),
  'newest of a tenant, of one order': () => intakeRepository(store).list(noise.saga.tenant_id, { order_number: noise.order.origin_number }, { limit: 50 }),
  'standings of waiting callers': () => sagaVersionRepository(store).sagaVersions([noise.saga.saga_id], [noise.saga.tenant_id]),
  'saga list of the operators': () => sagaViewRepository(store).list({}, { limit: 50 }),
  'saga list, of one status': () => sagaViewRepository(store).list({ statuses: ['synced'] }, { limit: 50 }),
  'saga list, of one phase': () => sagaViewRepository(store).list({ phases: ['running'] }, { limit: 50 }),
  'saga list, of one tenant': () => sagaViewRepository(store).list({ tenantId: noise.saga.tenant_id }, { limit: 50 }),
  'oldest in flight': () => sagaViewRepository(store).oldestInFlight(),
};

const names = Object.keys(hot);

const byIndexOnly = async (name: string): Promise<void> => {
  const queries = (await queriesOf(store, hot[name]!)).filter(({ command }) => 'find' in command || 'aggregate' in command);
  expect(queries).not.toEqual([]);
  for (const query of queries) {
    const cost = await costOf(store, query);
    expect({ ...cost, filter: query.command['filter'] ?? query.command['pipeline'] }).toMatchObject({ searches: [] });
    expect(cost.examined).toBeLessThanOrEqual(2 * Math.max(1, cost.returned));
  }
};

test.each(names)('%s: by index, in order, at most two documents read for one', byIndexOnly);
