/** An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`. Date.parse alone would take `2` or `abc 1` for a date. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds a Retry-After asks for; undefined when it is no wish for the future. */
export const retryAfterMs = (value: string | undefined, now: Date): number | undefined => {
  const text = value?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : httpDate.test(text) ? Date.parse(text) - now.getTime() : NaN;
  return ms > 0 ? ms : undefined;
};
