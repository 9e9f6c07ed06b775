import { z } from 'zod';
import { integrationStatus } from './integration-status.js';
import { line } from './order/text.js';

/** Most resets on one page; a larger wish is taken for this one. */
export const MAX_PAGE = 200;

/** Query of `GET /v1/order/reset`. */
export const resetQuery = z.object({
  status: integrationStatus.optional().meta({ description: 'Only resets with this status.' }),
  order_id: line().optional().meta({ description: 'Only resets that named their order so.' }),
  order_number: line().optional().meta({ description: 'Only resets that named their order so.' }),
  limit: z.coerce.number().int().min(1).default(50).meta({ description: `Resets on one page, ${MAX_PAGE} at most.` }),
  cursor: line(512).optional().meta({ description: 'next_cursor of the page before, with the same filters.' }),
});

export type ResetQuery = z.infer<typeof resetQuery>;

/** One reset in a list. Its status is the one it last rested at; while it moves, `GET /v1/order/reset/{correlation_id}` knows better. */
export const resetSummary = z.object({
  correlation_id: z.string(),
  saga_id: z.string(),
  status: integrationStatus,
  done: z.boolean(),
  step: z.string().nullable(),
  message: z.string().nullable(),
  order: z.object({ order_id: z.string().nullable(), order_number: z.string().nullable() }),
  dest_tenant_name: z.string(),
  accepted_at: z.iso.datetime({ precision: 3 }),
  updated_at: z.iso.datetime({ precision: 3 }),
});

export type ResetSummary = z.infer<typeof resetSummary>;

/** Body of the 200 reply to `GET /v1/order/reset`. Fewer items than asked for do not mean the end; no cursor does. */
export const resetList = z.object({ items: z.array(resetSummary), next_cursor: z.string().nullable() });

export type ResetList = z.infer<typeof resetList>;
