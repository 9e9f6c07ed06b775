import { accumulate } from '../fastapi-compat/accumulate.js';
import { readTenantHeaders, type TenantHeaderRules, type TenantHeaders } from './headers.js';
import { type RawBody, readJsonBody } from '../fastapi-compat/json-body.js';
import type { Read } from '../fastapi-compat/problem.js';

/** A request with a JSON body, as received. */
export interface RawRequest extends RawBody, TenantHeaderRules {
  rawHeaders: readonly string[];
}

/** Reads headers and body. Returns both, or one error reply with all errors of both. Never throws. */
export function readRequest<H, B>(
  raw: RawRequest,
  readHeaders: (rawHeaders: readonly string[], rules: TenantHeaderRules) => Read<H>,
  readBody: (body: unknown) => Read<B>,
): Read<{ headers: H; body: B }> {
  const parsed = readJsonBody(raw);
  return accumulate(readHeaders(raw.rawHeaders, raw), parsed.ok ? readBody(parsed.value) : parsed);
}

/** Reads a request like {@link readRequest}, with a required `X-Dest-Tenant-Name`. */
export function readOrderCall<B>(raw: RawRequest, readBody: (body: unknown) => Read<B>): Read<{ headers: TenantHeaders; body: B }> {
  return readRequest(raw, readTenantHeaders, readBody);
}
