import { accumulate } from './accumulate.js';
import { readTenantHeaders, type TenantHeaderRules, type TenantHeaders } from './headers.js';
import { type RawBody, readJsonBody } from './json-body.js';
import type { Read } from './problem.js';

/** A request with a JSON body as it came off the wire. */
export interface RawRequest extends RawBody, TenantHeaderRules {
  rawHeaders: readonly string[];
}

/** Reads headers and body together, or the one error reply for all that is wrong with them. Never throws. */
export function readRequest<H, B>(
  raw: RawRequest,
  readHeaders: (rawHeaders: readonly string[], rules: TenantHeaderRules) => Read<H>,
  readBody: (body: unknown) => Read<B>,
): Read<{ headers: H; body: B }> {
  const parsed = readJsonBody(raw);
  return accumulate(readHeaders(raw.rawHeaders, raw), parsed.ok ? readBody(parsed.value) : parsed);
}

/** As {@link readRequest}, for a request that says to whom it goes. */
export function readOrderCall<B>(raw: RawRequest, readBody: (body: unknown) => Read<B>): Read<{ headers: TenantHeaders; body: B }> {
  return readRequest(raw, readTenantHeaders, readBody);
}
