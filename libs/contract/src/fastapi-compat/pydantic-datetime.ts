import { z } from 'zod';
import type { Finding } from './problem.js';

/** A date and time that pydantic 2 accepts, as ISO 8601, or the error of pydantic. */
type ReadDatetime = { text: string } | { finding: Finding };

/**
 * Reads a date and time like pydantic 2: ISO 8601 with `T`, `t`, a space or `_`, with or without seconds, with `Z`, `z`, `+01:00`, `+0100` or no offset.
 * Also a date alone, and a Unix timestamp in seconds or milliseconds, as number or text.
 *
 * Returns a text in the usual form of ISO 8601 unchanged. Any other is returned in that form, so that every reader of the stored text can parse it.
 */
export const readDatetime = (value: unknown): ReadDatetime => {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return { finding: { type: 'datetime_type', msg: 'Input should be a valid datetime' } };
  const error = dateError(value.slice(0, 10));
  const iso = error === undefined && value.length <= MAX_LENGTH ? isoForm(value) : undefined;
  if (iso === undefined) return fromTimestampText(value);
  return iso.startsWith('0000') ? { finding: yearZero } : { text: iso };
};

/** A date and time, read like pydantic 2. See {@link readDatetime}. */
export const pydanticDatetime = z.unknown().transform((value, context): string => {
  const read = readDatetime(value);
  if ('text' in read) return read.text;
  context.addIssue({ code: 'custom', params: { finding: read.finding } });
  return z.NEVER;
});

/** Characters at most. pydantic has no limit, but ignores all digits of a second after the sixth. */
const MAX_LENGTH = 64;

/** After the date: separator, time and offset. An offset has a colon or not; its sign may be U+2212. */
const REST = /^[Tt _]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]+))?)?(?:([Zz])|([+\u2212-])([01][0-9]|2[0-3]):?([0-5][0-9]))?$/;

/** Digits of a second that are kept. */
const FRACTION_DIGITS = 9;

const isoForm = (text: string): string | undefined => {
  if (text.length === 10) return `${text}T00:00:00`;
  const [whole, hour, minute, second = '00', fraction, utc, sign, offsetHour, offsetMinute] = REST.exec(text.slice(10)) ?? [];
  if (whole === undefined) return undefined;
  const parts = fraction === undefined ? '' : `.${fraction.slice(0, FRACTION_DIGITS)}`;
  const offset = utc !== undefined ? 'Z' : sign === undefined ? '' : `${sign === '+' ? '+' : '-'}${offsetHour}:${offsetMinute}`;
  return `${text.slice(0, 10)}T${hour}:${minute}:${second}${parts}${offset}`;
};

/** Milliseconds of the begin of the years 0 and 1, and of the end of the year 9999. */
const [YEAR_0_MS, YEAR_1_MS, LAST_MS] = [-62_167_219_200_000, -62_135_596_800_000, 253_402_300_799_999];

/** Above this number, a timestamp is in milliseconds. */
const SECONDS_UP_TO = 20_000_000_000;

const TIMESTAMP = /^[+-]?(?:[0-9]{1,19}|[0-9]{0,19}\.[0-9]*)$/;

const fromTimestampText = (text: string): ReadDatetime => {
  const isTimestamp = text.length <= MAX_LENGTH && TIMESTAMP.test(text) && /[0-9]/.test(text);
  const read = isTimestamp ? fromNumber(Number(text)) : undefined;
  if (read && ('text' in read || read.finding.msg === yearZero.msg)) return read;
  const error = (read?.finding.ctx?.['error'] as string | undefined) ?? dateError(text) ?? 'unexpected extra characters at the end of the input';
  return { finding: { type: 'datetime_from_date_parsing', msg: `Input should be a valid datetime or date, ${error}`, ctx: { error } } };
};

const fromNumber = (timestamp: number): ReadDatetime => {
  if (Number.isNaN(timestamp)) return { finding: outOfRange('NaN values not permitted') };
  const ms = Math.trunc(Math.abs(timestamp)) > SECONDS_UP_TO ? timestamp : timestamp * 1_000;
  if (ms > LAST_MS) return { finding: outOfRange('dates after 9999 are not supported as unix timestamps') };
  if (ms < YEAR_0_MS) return { finding: outOfRange('dates before 0000 are not supported as unix timestamps') };
  if (ms < YEAR_1_MS) return { finding: yearZero };
  return { text: new Date(Math.floor(ms)).toISOString() };
};

const outOfRange = (error: string): Finding => ({ type: 'datetime_parsing', msg: `Input should be a valid datetime, ${error}`, ctx: { error } });

const yearZero = outOfRange('year 0 is out of range');

/** Returns the error of a date, with the texts of the Rust crate speedate. */
const dateError = (text: string): string | undefined => {
  if (Buffer.byteLength(text.slice(0, 10)) < 10) return 'input is too short';
  const invalid = dateParts.find(({ from, to, form }) => !form.test(text.slice(from, to)));
  if (invalid !== undefined) return invalid.error;
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number) as [number, number, number];
  if (month < 1 || month > 12) return 'month value is outside expected range of 1-12';
  if (day < 1 || day > daysIn(year, month)) return 'day value is outside expected range';
  return undefined;
};

const dateParts = [
  { from: 0, to: 4, form: /^[0-9]{4}$/, error: 'invalid character in year' },
  { from: 4, to: 5, form: /^-$/, error: 'invalid date separator, expected `-`' },
  { from: 5, to: 7, form: /^[0-9]{2}$/, error: 'invalid character in month' },
  { from: 7, to: 8, form: /^-$/, error: 'invalid date separator, expected `-`' },
  { from: 8, to: 10, form: /^[0-9]{2}$/, error: 'invalid character in day' },
];

const daysIn = (year: number, month: number): number =>
  // Date.UTC reads the years 1 to 99 as 1901 to 1999, which have the same leap years.
  new Date(Date.UTC(year, month, 0)).getUTCDate();
