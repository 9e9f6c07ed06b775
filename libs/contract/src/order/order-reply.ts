import { z } from 'zod';
import { routing } from '../crossroads-log.js';
import { integrationStatus } from '../integration-status.js';

const someObject = z.record(z.string(), z.unknown());
const objects = (description: string, example: object) => z.array(someObject).meta({ description, examples: [[example]] });

const lists = {
  drops: objects('Planned drops.', { site: { source_id: 'site-104' }, volume: 7400 }),
  bols: objects('Bills of lading.', { bol_number: 'BOL-88121', terminal: { source_id: 'T-14' } }),
  executed_drops: objects('Executed drops.', { site: { source_id: 'site-104' }, details: [] }),
  bol_photos: z.array(someObject).meta({ description: 'Photos of bills of lading.', examples: [[]] }),
};

const numbers = {
  origin_order_number: z.string().meta({ description: 'Number of the order at the tenant that created it.', examples: ['4711'] }),
  destination_order_number: z.string().nullable().meta({ description: 'Number of the order at the other tenant.', examples: ['90012'] }),
};

/** The order as one of its tenants sees it. */
const projection = z.object({
  ...numbers,
  po: z.string().nullable().meta({ description: 'Purchase order.', examples: ['PO-2600'] }),
  supply_owner: someObject.nullable().meta({ description: 'Counterparty that owns the product.', examples: [null] }),
  delivery_window: someObject.meta({ description: 'Period of the delivery.', examples: [{ start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z', timezone: 'UTC' }] }),
  note: z.string().nullable().meta({ description: 'Note to the other tenant.', examples: [null] }),
  ...lists,
  extra_data: someObject.meta({ description: 'Further data of the order.', examples: [{}] }),
});

/** Body of the 200 reply to `POST /v1/order/get`. */
export const orderReply = z.object({
  _id: z.string().regex(/^[a-f0-9]{24}$/).meta({ description: 'Crossroads id of the order.', examples: ['674000000017000000000000'] }),
  status: integrationStatus.meta({ description: 'Integration status of the order.' }),
  failed_at_step: z.string().nullable().meta({ description: 'Always null.', examples: [null] }),
  routing: routing.meta({ description: 'The tenant that created the order is the origin.' }),
  ...numbers,
  ...lists,
  progression_state: z.string().meta({ description: 'Progress of the delivery.', examples: ['COMPLETE'] }),
  version: z.number().int().meta({ description: 'Incremented by every change.', examples: [7] }),
  origin_order: projection.meta({ description: 'The order as its origin sees it.' }),
  master_order: projection.meta({ description: 'The order in terms of the master data.' }),
  destination_order: projection.nullable().meta({ description: 'The order as its destination sees it; null before it has a number there.' }),
});

export type OrderReply = z.infer<typeof orderReply>;
