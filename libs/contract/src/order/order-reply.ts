import { z } from 'zod';
import { routing } from '../crossroads-log.js';
import { integrationStatus } from '../integration-status.js';

const objects = z.array(z.record(z.string(), z.unknown()));
const someObject = z.record(z.string(), z.unknown());

/** The order as one of its tenants sees it. */
const projection = z.object({
  origin_order_number: z.string(),
  destination_order_number: z.string().nullable(),
  po: z.string().nullable(),
  supply_owner: someObject.nullable(),
  delivery_window: someObject,
  note: z.string().nullable(),
  drops: objects,
  bols: objects,
  executed_drops: objects,
  bol_photos: objects,
  extra_data: someObject,
});

/** Body of the 200 reply to `POST /v1/order/get`. */
export const orderReply = z.object({
  _id: z.string().regex(/^[a-f0-9]{24}$/),
  status: integrationStatus,
  failed_at_step: z.string().nullable(),
  routing,
  origin_order_number: z.string(),
  destination_order_number: z.string().nullable(),
  bols: objects,
  executed_drops: objects,
  drops: objects,
  bol_photos: objects,
  progression_state: z.string(),
  /** Incremented by every change. */
  version: z.number().int(),
  origin_order: projection,
  master_order: projection,
  destination_order: projection.nullable(),
});

export type OrderReply = z.infer<typeof orderReply>;
