/** Milliseconds a Retry-After asks for, in seconds or as a date; undefined where there is none that can be read. */
export const retryAfterMs = (header: string | null, now: number = Date.now()): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
