import { z } from 'zod';
import { pydanticInteger } from './fastapi-compat/pydantic-integer.js';
import { integrationStatus } from './integration-status.js';
import { line } from './order/text.js';

/** Maximum number of resets on a page. */
export const MAX_PAGE = 200;

/** Query of `GET /v1/order/reset`. */
export const resetQuery = z.object({
  status: integrationStatus.optional().meta({ description: 'Only resets with this status.' }),
  order_id: line().optional().meta({ description: 'Only resets that were submitted with this order_id.' }),
  order_number: line().optional().meta({ description: 'Only resets that were submitted with this order_number.' }),
  limit: pydanticInteger.pipe(z.number().int().min(1).max(MAX_PAGE)).default(50).meta({ description: 'Number of resets on a page.' }),
  cursor: line(512).optional().meta({ description: 'next_cursor of the previous page. Send it with the same filters.' }),
});

export type ResetQuery = z.infer<typeof resetQuery>;

/** A reset in a list. Its status is the last saved one. While a worker runs the reset, `GET /v1/order/reset/{correlation_id}` has a newer status. */
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

/** Body of the 200 reply to `GET /v1/order/reset`. The last page has no `next_cursor`; the number of items does not show the end. */
export const resetList = z.object({ items: z.array(resetSummary), next_cursor: z.string().nullable() });

export type ResetList = z.infer<typeof resetList>;
