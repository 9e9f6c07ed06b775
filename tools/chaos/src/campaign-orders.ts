import type { OrderRecord, Store } from '@crossroads/store';
import { collections, orderReader } from '@crossroads/store';
import { tradingPairOf, routingBetween } from '@crossroads/sandbox';
import type { Digests } from './evidence.js';
import { digestsOf } from './evidence.js';
import type { OrderBefore } from './history.js';

/** An order of the campaign, and what its origin needs to submit a reset. */
export interface CampaignOrder {
  orderId: string;
  number: string;
  originId: string;
  destinationName: string;
}

/** Stores delivered orders. Returns them, and their content as read back from the database. */
export const putOrders = async (store: Store, count: number): Promise<{ orders: CampaignOrder[]; before: OrderBefore[] }> => {
  const reader = orderReader(store);
  const records = Array.from({ length: count }, (_, index) => orderRecord(index));
  for (const record of records) await reader.put(record);
  const digests = digestsOf(store);
  const before = await Promise.all(records.map((record) => orderBefore(store, record, digests)));
  return {
    before,
    orders: records.map(({ order_id, origin_order_number, routing }) => ({
      orderId: order_id,
      number: origin_order_number,
      originId: routing.origin_tenant_id!,
      destinationName: routing.destination_tenant_name!,
    })),
  };
};

const orderBefore = async (store: Store, { order_id, origin_order_number, routing }: OrderRecord, digests: Digests): Promise<OrderBefore> => {
  const { ObjectId } = store.connection.base.mongo;
  const found = await store.connection.db!.collection(collections.orders).findOne({ _id: new ObjectId(order_id) }, { promoteValues: false, bsonRegExp: true });
  const { bols, executed_drops, version, progression_state } = found as unknown as { bols: unknown[]; executed_drops: unknown[]; version: unknown; progression_state: string };
  return {
    orderId: order_id,
    number: origin_order_number,
    version: Number(version),
    bols: bols.map((bol) => digests.of(bol)),
    drops: executed_drops.map((drop) => digests.of(drop)),
    progression: progression_state,
    goesTo: routing.destination_instance_id!,
  };
};

const orderRecord = (index: number): OrderRecord => {
  const [origin, destination] = tradingPairOf(index);
  const bols = Array.from({ length: index % 4 }, (_, at) => ({
    bol_number: `BOL-${index}-${at}`,
    terminal: { source_id: 'T-14', source_name: 'North Terminal' },
    bol_date: '2026-11-03T08:41:00Z',
    details: [{ product: { source_id: 'ULSD' }, gross_volume: 7_400 + index, net_volume: 7_400.25 + at }],
  }));
  return {
    order_id: (0x6750_0000_0000 + index).toString(16).padEnd(24, '0'),
    routing: routingBetween(origin, destination),
    origin_order_number: `C-${100_000 + index}`,
    destination_order_number: `D-${500_000 + index}`,
    po: null,
    supply_owner: null,
    delivery_window: { start: '2026-11-03T08:00:00Z', end: '2026-11-03T16:00:00Z' },
    note: null,
    drops: [],
    bols,
    executed_drops: [{ site: { source_id: `site-${index}` }, details: [{ product: { source_id: 'ULSD' }, quantity: 7_400 + index / 8 }] }],
    bol_photos: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    extra_data: {},
  };
};
