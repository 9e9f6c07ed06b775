import { z } from 'zod';
import { MAX_CHARACTERS, maxCharacters, PRINTABLE } from '../request/printable-text.js';

/** Text of 1 to `limit` characters on one line. */
export const line = (limit = MAX_CHARACTERS) =>
  z
    .string()
    .min(1)
    .check(maxCharacters(limit))
    .regex(PRINTABLE)
    .meta({ maxLength: limit });

/** A point in time, stored exactly as the caller wrote it. */
export const time = z.iso.datetime({ offset: true, local: true }).check(maxCharacters(64)).meta({ description: 'ISO 8601, with or without an offset.', maxLength: 64 });

/** The reason for a decision, as a code of the caller. */
export const reasonCode = line(30).nullish().meta({ description: 'The reason, as a code of your own.' });
