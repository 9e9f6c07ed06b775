import { ValidationError } from '../errors.js';

/** fetch takes one byte for a character, so names are sent as the bytes of their UTF-8. */
export const headersOf = (given: Record<string, string | undefined>): Headers => {
  const headers = new Headers({ Accept: 'application/json' });
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    try {
      headers.set(name, String.fromCharCode(...new TextEncoder().encode(value)));
    } catch {
      const msg = 'Value holds characters that no header can carry';
      throw new ValidationError({ message: `header.${name}: ${msg}.`, advice: 'Correct it. Nothing was sent.', detail: [{ type: 'string_pattern_mismatch', loc: ['header', name], msg }] });
    }
  }
  return headers;
};
