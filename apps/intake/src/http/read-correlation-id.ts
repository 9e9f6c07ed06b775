import { CORRELATION_ID } from '@crossroads/contract';

/** The correlation id a request carries, to be on whatever it is answered with: sent once and well-formed, or none. */
export const readCorrelationId = (rawHeaders: readonly string[]): string | undefined => {
  let found: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.length !== name.length || rawHeaders[at]!.toLowerCase() !== name) continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[at + 1]!.trim();
  }
  return found !== undefined && CORRELATION_ID.test(found) ? found : undefined;
};

const name = 'x-correlation-id';
