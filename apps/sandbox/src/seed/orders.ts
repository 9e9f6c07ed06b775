import type { OrderRecord } from '@crossroads/store';
import { tradingPairOf, routingBetween } from './companies.js';

/** Number of sample orders. The last one is reset at start as a demonstration. The first one is left for the reader. */
export const sampleOrderCount = 24;

/** Creates delivered sample orders, ready to be reset. */
export const sampleOrders = (): OrderRecord[] => Array.from({ length: sampleOrderCount }, (_, index) => sampleOrder(index));

const sampleOrder = (index: number): OrderRecord => {
  const [origin, destination] = tradingPairOf(index);
  const gallons = 7_400 + 25 * index;
  const day = `2026-11-${String(1 + (index % 20)).padStart(2, '0')}`;
  return {
    order_id: (0x6740_0000_0000 + index).toString(16).padEnd(24, '0'),
    routing: routingBetween(origin, destination),
    origin_order_number: String(4_711 + index),
    destination_order_number: String(90_001 + index),
    po: `PO-${2_600 + index}`,
    supply_owner: { source_id: origin.instance.system_id, source_name: origin.name },
    delivery_window: { start: `${day}T08:00:00Z`, end: `${day}T16:00:00Z`, timezone: 'UTC' },
    note: null,
    drops: [{ site: { source_id: 'site-104', tank_id: '2' }, product: { source_id: 'ULSD' }, volume: gallons, loads: [{ terminal: { source_id: 'T-14' }, price_type: 'rack' }] }],
    bols: [
      {
        bol_number: `BOL-${88_120 + index}`,
        terminal: { source_id: 'T-14', source_name: 'North Terminal' },
        bol_date: `${day}T08:41:00Z`,
        details: [{ product: { source_id: 'ULSD' }, supplier: { source_id: 'S-3' }, gross_volume: gallons + 31.5, net_volume: gallons + 0.25 }],
      },
    ],
    executed_drops: [
      {
        site: { source_id: 'site-104' },
        details: [{ product: { source_id: 'ULSD' }, tank: { source_id: 'site-104', tank_id: '2' }, quantity: gallons, post_drop_time: `${day}T10:15:00Z` }],
      },
    ],
    bol_photos: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    extra_data: {},
  };
};
