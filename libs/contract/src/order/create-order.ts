import { z } from 'zod';
import { mappingKey, tankKey } from './mapping-key.js';
import { orderLimits } from './order-limits.js';
import { line, time } from './text.js';

const someNames = z.array(mappingKey).max(50).optional();

/** Allowed supply. Each omitted field allows any value. */
const load = z.object({
  terminals: someNames,
  products: someNames,
  suppliers: someNames,
  price_types: z.array(line(30)).max(20).optional(),
  contracts: z.array(line()).max(50).optional(),
});

const drop = z.object({
  site: tankKey,
  product: mappingKey.nullish(),
  volume: z.number().positive(),
  loads: z.array(load).max(50).default([]),
});

const deliveryWindow = z
  .object({ start: time, end: time, timezone: line(64).default('UTC') })
  .refine(({ start, end }) => Date.parse(end) > Date.parse(start), { error: 'end must be after start' });

/** Body of `POST /v1/order/create`. */
export const createOrder = z.object({
  origin_order_number: line().meta({ description: 'Your number for the order, unique among the orders you created.' }),
  destination_order_number: line().nullish().meta({ description: 'The destination’s number for the order. Generated if omitted.' }),
  po: line().nullish(),
  supply_owner: mappingKey.nullish(),
  delivery_window: deliveryWindow,
  note: line(300).nullish(),
  drops: z.array(drop).max(orderLimits.drops),
  units: line(20).nullish(),
  created_by_hauler: z.boolean().nullish(),
});

export type CreateOrder = z.infer<typeof createOrder>;
