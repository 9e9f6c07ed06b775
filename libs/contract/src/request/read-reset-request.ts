import { readTenantHeaders, type TenantHeaderRules, type TenantHeaders } from './headers.js';
import type { OrderRequest } from './order-request.js';
import { type Read, unprocessable, type ValidationDetail } from '../fastapi-compat/problem.js';
import { type RawRequest, readRequest } from './read-request.js';
import { readResetBody } from './reset-request.js';
import { readSubmissionHeaders, type SubmissionHeaders } from './submission-headers.js';

/** A valid reset request: tenants, order, and the caller's own identifiers for the reset. */
export interface ResetRequest {
  headers: TenantHeaders & SubmissionHeaders;
  order: OrderRequest;
}

/** Reads a complete `POST /v1/order/reset`. Returns it, or one error reply with all its errors. Never throws. */
export function readResetRequest(raw: RawRequest): Read<ResetRequest> {
  const read = readRequest(raw, readResetHeaders, readResetBody);
  return read.ok ? { ok: true, value: { headers: read.value.headers, order: read.value.body } } : read;
}

function readResetHeaders(rawHeaders: readonly string[], rules: TenantHeaderRules): Read<TenantHeaders & SubmissionHeaders> {
  const tenants = readTenantHeaders(rawHeaders, rules);
  const submission = readSubmissionHeaders(rawHeaders);
  if (tenants.ok && submission.ok) return { ok: true, value: { ...tenants.value, ...submission.value } };
  return unprocessable([tenants, submission].flatMap((read) => (read.ok ? [] : (read.problem.body.detail as ValidationDetail[]))));
}
