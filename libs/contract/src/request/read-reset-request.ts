import { accumulate } from './accumulate.js';
import { readTenantHeaders, type TenantHeaderRules, type TenantHeaders } from './headers.js';
import { type RawBody, readJsonBody } from './json-body.js';
import type { OrderRequest } from './order-request.js';
import type { Read } from './problem.js';
import { readResetBody } from './reset-request.js';

/** A `POST /v1/order/reset` as it came off the wire. */
export interface RawResetRequest extends RawBody, TenantHeaderRules {
  rawHeaders: readonly string[];
}

/** A reset request that passed: who asks whom, and about which order. */
export interface ResetRequest {
  headers: TenantHeaders;
  order: OrderRequest;
}

/** Reads a whole reset request, or the one error reply for all that is wrong with it. Never throws. */
export function readResetRequest(raw: RawResetRequest): Read<ResetRequest> {
  const parsed = readJsonBody(raw);
  const order = parsed.ok ? readResetBody(parsed.value) : parsed;
  const read = accumulate(readTenantHeaders(raw.rawHeaders, raw), order);
  return read.ok ? { ok: true, value: { headers: read.value.headers, order: read.value.body } } : read;
}
