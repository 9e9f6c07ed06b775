import { z } from 'zod';
import { pydanticDatetime } from '../fastapi-compat/pydantic-datetime.js';
import { MAX_CHARACTERS, maxCharacters, PRINTABLE } from '../request/printable-text.js';

/** Text of 1 to `limit` characters on one line. */
export const line = (limit = MAX_CHARACTERS) =>
  z
    .string()
    .min(1)
    .check(maxCharacters(limit))
    .regex(PRINTABLE)
    .meta({ maxLength: limit });

/** A point in time, stored as ISO 8601. A text that is already in the usual form is stored exactly as the caller wrote it. */
export const time = pydanticDatetime.meta({
  type: ['string', 'number'],
  maxLength: 64,
  description: 'Date and time in ISO 8601, with or without seconds and offset; `T` may be a space. Also a date, or a Unix timestamp in seconds or milliseconds.',
});

/** The reason for a decision, as a code of the caller. */
export const reasonCode = line(30).nullish().meta({ description: 'The reason, as a code of your own.' });
