import { z } from 'zod';

const isoDate = z.iso.date();

/**
 * Reads a date that an administrator typed: YYYY-MM-DD, an existing day of the calendar. Returns its start in UTC.
 * Returns an invalid date for every other text. `new Date(text)` would accept "1", and read 30 February as 2 March.
 */
export const calendarDate = (text: string): Date => new Date(isoDate.safeParse(text).success ? text : Number.NaN);
