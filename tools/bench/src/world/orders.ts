import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';
import type { Companies } from './companies.js';

/** The number the caller knows an order by. */
export const orderNumber = (index: number): string => `SO-${1_000_000 + index}`;

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

/** Writes delivered orders, `from` to `from + count - 1`, each with so many BOLs and as many executed drops; answers when all are stored. */
export const putOrders = async (store: Store, { pair }: Companies, from: number, count: number, deliveries = 2): Promise<void> => {
  // Large orders go a few at a time: hundreds of megabytes in one command are refused or come late.
  const atOnce = Math.max(1, Math.floor(mostDeliveriesAtOnce / Math.max(1, deliveries)));
  const put = (index: number): Promise<boolean> => {
    const { caller, counterparty } = pair(index);
    return store.commit.insert(collections.orders, {
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
    });
  };
  for (let at = 0; at < count; at += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, count - at) }, (_, offset) => put(from + at + offset)));
};

const mostDeliveriesAtOnce = 5_000;
