import { z } from 'zod';
import { isForward } from './delivery-window.js';
import { mappingKey, tankKey } from './mapping-key.js';
import { orderLimits } from './order-limits.js';
import { line, time } from './text.js';

const someNames = (what: string) => z.array(mappingKey).max(50).optional().meta({ description: `Allowed ${what}. Omitted: any.` });

/** Allowed supply. Each omitted field allows any value. */
const load = z.object({
  terminals: someNames('terminals'),
  products: someNames('products'),
  suppliers: someNames('suppliers'),
  price_types: z.array(line(30)).max(20).optional().meta({ description: 'Allowed price types. Omitted: any.' }),
  contracts: z.array(line()).max(50).optional().meta({ description: 'Allowed contracts. Omitted: any.' }),
});

const drop = z.object({
  site: tankKey.meta({ description: 'Site of the drop.' }),
  product: mappingKey.nullish().meta({ description: 'Product of the drop.' }),
  volume: z.number().positive().meta({ description: 'Planned volume.' }),
  loads: z.array(load).max(50).default([]).meta({ description: 'Where the product may be loaded.' }),
});

const deliveryWindow = z
  .object({ start: time, end: time, timezone: line(64).default('UTC').meta({ description: 'IANA name of the zone of a time without an offset.', examples: ['America/Chicago'] }) })
  .refine(isForward, { error: 'end must be after start' });

/** Body of `POST /v1/order/create`. */
export const createOrder = z.object({
  origin_order_number: line().meta({ description: 'Your number for the order, unique among the orders you created.' }),
  destination_order_number: line().nullish().meta({ description: 'The destination’s number for the order. Generated if omitted.' }),
  po: line().nullish().meta({ description: 'Purchase order.' }),
  supply_owner: mappingKey.nullish().meta({ description: 'Counterparty that owns the product.' }),
  delivery_window: deliveryWindow.meta({ description: 'Period of the delivery.' }),
  note: line(300).nullish().meta({ description: 'Note to the other tenant.' }),
  drops: z.array(drop).max(orderLimits.drops).meta({ description: 'Planned drops.' }),
  units: line(20).nullish().meta({ description: 'Unit of all volumes.' }),
  created_by_hauler: z.boolean().nullish().meta({ description: 'Whether the hauler created the order.' }),
});

export type CreateOrder = z.infer<typeof createOrder>;
