import { z } from 'zod';
import { isLongerThan, MAX_CHARACTERS, PRINTABLE } from '../request/printable-text.js';

/** Text of 1 to `limit` characters that stays on one line. */
export const line = (limit = MAX_CHARACTERS) =>
  z
    .string()
    .min(1)
    .check(({ value, issues }) => {
      if (isLongerThan(value, limit)) issues.push({ code: 'too_big', origin: 'string', maximum: limit, inclusive: true, input: value });
    })
    .regex(PRINTABLE)
    .meta({ maxLength: limit });

/** A point in time as the caller wrote it. It is kept so: an order's times are its partners' business, not ours. */
export const time = z.iso.datetime({ offset: true, local: true }).meta({ description: 'ISO 8601, with or without an offset.' });

/** Why somebody decided as they did, in a code of their own. */
export const reasonCode = line(30).nullish().meta({ description: 'A code of your own that says why.' });
