import { z } from 'zod';
import { type OrderRequest, orderRequest } from './order-request.js';
import type { Read } from '../fastapi-compat/problem.js';
import { readModel } from '../fastapi-compat/read-model.js';
import { reasonCode } from '../order/text.js';

/** The documented body of `POST /v1/order/reset`. */
export const resetRequest = z.object({ order: orderRequest.meta({ description: 'Identifies the order. Provide either field: the direction is resolved automatically.' }) });

/** Body of `POST /v1/order/reset/{correlation_id}/accept`, `/reject` and `/cancel`. */
export const resetDecision = z.object({ reason_code: reasonCode });

export type ResetDecision = z.infer<typeof resetDecision>;

/**
 * Reads the order to reset from a parsed body, `{"order": {…}}`.
 *
 * Also accepts the flat form `{"order_id": …}` or `{"order_number": …}`: an existing client sends it to `/v1/order/get`,
 * which documents the same request.
 */
export function readResetBody(body: unknown): Read<OrderRequest> {
  if (isFlat(body)) return readModel(orderRequest, body, 'body');
  const read = readModel(resetRequest, body, 'body');
  return read.ok ? { ok: true, value: read.value.order } : read;
}

function isFlat(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Object.hasOwn(body, 'order')) return false;
  return Object.hasOwn(body, 'order_id') || Object.hasOwn(body, 'order_number');
}
