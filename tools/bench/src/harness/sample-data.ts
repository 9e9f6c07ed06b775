import type { ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest } from '@crossroads/order-reset';
import { newApiKey } from '@crossroads/platform';
import type { EnqueueRequest, SagaQueue } from '@crossroads/saga-bullmq';
import type { NewSaga, Store } from '@crossroads/store';
import { collections, directoryRepository, intakeRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { orderNumber } from '../load/load.js';

/** A tenant with one instance and one API key. */
export interface Company {
  tenantId: string;
  tenantName: string;
  instanceId: string;
  instanceName: string;
  apiKey: string;
}

/** Each company sends its orders to the next; the last sends them to the first. */
export interface Companies {
  all: readonly Company[];
  /** Returns caller and counterparty of order number `index`. */
  pair(index: number): { caller: Company; counterparty: Company };
}

/** Stores companies with keys. The resets of all of them go to one simulated destination. */
export const seedCompanies = async (store: Store, count: number, sinkUrl: string): Promise<Companies> => {
  const directory = directoryRepository(store);
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Company> => {
      const tenantId = `tenant-${index}`;
      const tenantName = `Company ${index}`;
      const instanceId = `instance-${index}`;
      const instanceName = `Installation ${index}`;
      const { id, text, sha256 } = newApiKey();
      await directory.saveTenant({ _id: tenantId, name: tenantName });
      await directory.saveInstance({
        _id: instanceId,
        tenant_id: tenantId,
        name: instanceName,
        source_system: 'webhook',
        source_system_id: `system-${index}`,
        url: `${sinkUrl}/webhooks/${instanceId}`,
        secret_ref: `env:${webhookSecret.name}`,
      });
      await directory.saveKey({
        _id: id,
        sha256,
        tenant_id: tenantId,
        instance_id: instanceId,
        scopes: ['order:reset'],
        created_at: new Date(),
        expires_at: null,
        revoked_at: null,
      });
      return { tenantId, tenantName, instanceId, instanceName, apiKey: text };
    }),
  );
  return { all, pair: (index) => ({ caller: all[index % count]!, counterparty: all[(index + 1) % count]! }) };
};

/** The secret that the workers sign requests with. */
export const webhookSecret = { name: 'BENCH_WEBHOOK_SECRET', value: `whsec_${Buffer.from('only the benchmark uses this text').toString('base64')}` };

const day = '2026-11-07';

const bol = (index: number, which: number) => ({
  bol_number: `BOL-${index}-${which}`,
  terminal: { source_id: `T-${which}`, source_name: 'North Terminal' },
  bol_date: `${day}T08:41:00Z`,
  carrier: { source_id: 'C-9', source_name: 'Cartage North' },
  details: ['ULSD', 'REG87'].map((product) => ({
    product: { source_id: product, source_name: product },
    supplier: { source_id: 'S-3', source_name: 'Harbor Supply' },
    gross_volume: 4_731.5 + which,
    net_volume: 4_700.25 + which,
  })),
});

const drop = (index: number, which: number) => ({
  site: { source_id: `site-${index % 500}`, source_name: `Site ${index % 500}` },
  details: ['ULSD', 'REG87'].map((product) => ({
    product: { source_id: product, source_name: product },
    tank: { source_id: `site-${index % 500}`, tank_id: String(which) },
    quantity: 2_365.25,
    pre_drop_inches: 31.5,
    post_drop_inches: 88.25,
    post_drop_time: `${day}T10:15:00Z`,
  })),
});

/** Creates delivered order number `index`, with `deliveries` BOLs and as many executed drops. */
export const orderFor = ({ pair }: Companies, index: number, deliveries: number) => {
  const { caller, counterparty } = pair(index);
  return {
    routing: {
      origin_tenant_id: caller.tenantId,
      origin_tenant_name: caller.tenantName,
      origin_source_system: 'webhook',
      origin_source_system_id: 'system',
      origin_instance_id: caller.instanceId,
      origin_instance_name: caller.instanceName,
      destination_tenant_id: counterparty.tenantId,
      destination_tenant_name: counterparty.tenantName,
      destination_source_system: 'webhook',
      destination_source_system_id: 'system',
      destination_instance_id: counterparty.instanceId,
      destination_instance_name: counterparty.instanceName,
    },
    origin_order_number: orderNumber(index),
    destination_order_number: `D-${index}`,
    po: `PO-${index}`,
    supply_owner: { source_id: 'system', source_name: caller.tenantName },
    delivery_window: { start: `${day}T08:00:00Z`, end: `${day}T16:00:00Z`, timezone: 'UTC' },
    note: null,
    drops: [{ site: { source_id: 'site-104', tank_id: '2' }, product: { source_id: 'ULSD' }, volume: 4_700, loads: [{ terminal: { source_id: 'T-14' } }] }],
    bols: Array.from({ length: deliveries }, (_, which) => bol(index, which)),
    executed_drops: Array.from({ length: deliveries }, (_, which) => drop(index, which)),
    bol_photos: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    extra_data: {},
  };
};

/** Stores delivered orders, `from` to `from + count - 1`, each with `deliveries` BOLs and as many executed drops. */
export const putOrders = async (store: Store, companies: Companies, from: number, count: number, deliveries = 2): Promise<void> => {
  // Large orders are written a few at a time: MongoDB rejects or delays a command of hundreds of megabytes.
  const atOnce = Math.max(1, Math.floor(mostDeliveriesAtOnce / Math.max(1, deliveries)));
  const put = (index: number): Promise<boolean> => store.commit.insert(collections.orders, orderFor(companies, index, deliveries));
  for (let at = 0; at < count; at += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, count - at) }, (_, offset) => put(from + at + offset)));
};

const mostDeliveriesAtOnce = 5_000;

/** Creates the saga that the intake would store for a reset of order number `index`. */
export const newSaga = ({ pair }: Companies, index: number, correlationId = uuidv7()): NewSaga => {
  const { caller, counterparty } = pair(index);
  const order = { order_number: orderNumber(index) };
  const request: ResetRequest = {
    order,
    caller: {
      tenant_id: caller.tenantId,
      tenant_name: caller.tenantName,
      instance_id: caller.instanceId,
      instance_name: caller.instanceName,
      source_system: 'webhook',
      source_system_id: 'system',
    },
    dest_tenant_name: counterparty.tenantName,
  };
  return {
    saga_id: uuidv7(),
    correlation_id: correlationId,
    type: 'reset_order',
    version: 1,
    tenant_id: caller.tenantId,
    concurrency_keys: concurrencyKeysOfRequest(request),
    request,
    inbound_request: {
      method: 'POST',
      path: '/v1/order/reset',
      headers: { 'X-Tenant-Name': caller.tenantName, 'X-Dest-Tenant-Name': counterparty.tenantName },
      body: { order },
    },
    accepted_at: new Date(),
  };
};

/** Accepts resets of the orders `from` to `from + count - 1` as the intake does, without enqueueing them. */
export const acceptAll = async (store: Store, companies: Companies, from: number, count: number): Promise<NewSaga[]> => {
  const intake = intakeRepository(store);
  const sagas = Array.from({ length: count }, (_, offset) => newSaga(companies, from + offset));
  const accepted = await Promise.all(sagas.map((saga) => intake.accept(saga)));
  if (accepted.includes(false)) throw new Error('A saga of the benchmark was treated as a duplicate.');
  return sagas;
};

const batchSize = 1_000;

export const enqueueAll = async (queue: SagaQueue, sagas: readonly NewSaga[]): Promise<void> => {
  const requests = sagas.map(({ saga_id, correlation_id, type, tenant_id }): EnqueueRequest => ({
    sagaId: saga_id,
    correlationId: correlation_id,
    type,
    tenantId: tenant_id,
    epoch: 0,
  }));
  for (let at = 0; at < requests.length; at += batchSize) await queue.enqueueAll(requests.slice(at, at + batchSize));
};
