export interface Reply<T> {
  status: number;
  headers: Headers;
  /** Undefined if the body is not JSON, for example after a 304. */
  body: T;
}

/** Returns the milliseconds in a Retry-After header, given as seconds or as a date. Returns undefined for an absent or invalid header. */
export const retryAfterMs = (header: string | null, now: number = Date.now()): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
