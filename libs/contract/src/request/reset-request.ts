import { z } from 'zod';
import { type OrderRequest, orderRequest } from './order-request.js';
import type { Read } from './problem.js';
import { readModel } from './pydantic-issues.js';

/** The documented body of `POST /v1/order/reset`. */
export const resetRequest = z.object({ order: orderRequest });

/**
 * Reads which order to reset from a parsed body, `{"order": {…}}`.
 *
 * The flat form `{"order_id": …}` or `{"order_number": …}` is taken too: the one client known to exist sends it to `/v1/order/get`,
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
