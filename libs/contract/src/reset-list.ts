import { z } from 'zod';
import { pydanticInteger } from './fastapi-compat/pydantic-integer.js';
import { integrationStatus } from './integration-status.js';
import { line } from './order/text.js';
import { resetProgress } from './reset-reply.js';

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
  correlation_id: resetProgress.shape.correlation_id,
  saga_id: resetProgress.shape.saga_id,
  status: integrationStatus,
  done: resetProgress.shape.done,
  step: resetProgress.shape.step,
  message: z.string().nullable().meta({ description: 'The error; null without one.', examples: [null] }),
  order: z
    .object({
      order_id: z.string().nullable().meta({ description: 'The order_id in your request.', examples: [null] }),
      order_number: z.string().nullable().meta({ description: 'The order_number in your request.', examples: ['4711'] }),
    })
    .meta({ description: 'The order as your request named it.' }),
  dest_tenant_name: z.string().meta({ description: 'The X-Dest-Tenant-Name of your request.', examples: ['Cartage North'] }),
  accepted_at: z.iso.datetime({ precision: 3 }).meta({ description: 'Time of acceptance.', examples: ['2026-11-02T08:00:00.000Z'] }),
  updated_at: z.iso.datetime({ precision: 3 }).meta({ description: 'Time of the last saved change.', examples: ['2026-11-02T08:00:01.250Z'] }),
});

export type ResetSummary = z.infer<typeof resetSummary>;

/** Body of the 200 reply to `GET /v1/order/reset`. The last page has no `next_cursor`; the number of items does not show the end. */
export const resetList = z.object({
  items: z.array(resetSummary).meta({ description: 'Newest first.' }),
  next_cursor: z.string().nullable().meta({ description: 'Send it as `cursor` for the next page; null on the last page.', examples: [null] }),
});

export type ResetList = z.infer<typeof resetList>;
