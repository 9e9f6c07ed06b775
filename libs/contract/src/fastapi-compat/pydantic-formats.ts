import type { Finding } from './problem.js';

/** Returns pydantic's error for an invalid date and time with a zone. The texts are those of the Rust crate speedate. */
export function datetimeFinding(value: unknown): Finding {
  if (typeof value !== 'string') return { type: 'datetime_type', msg: 'Input should be a valid datetime' };
  if (NAIVE.test(value) && dateError(value.slice(0, 10)) === undefined) {
    return { type: 'timezone_aware', msg: 'Input should have timezone info' };
  }
  const error = dateError(value) ?? 'unexpected extra characters at the end of the input';
  return { type: 'datetime_from_date_parsing', msg: `Input should be a valid datetime or date, ${error}`, ctx: { error } };
}

/** Returns pydantic's error for an invalid UUID. The texts are those of the Rust crate uuid. */
export function uuidFinding(value: unknown): Finding {
  if (typeof value !== 'string') return { type: 'uuid_type', msg: 'UUID input should be a string, bytes or UUID object' };
  const error = uuidError(value);
  return { type: 'uuid_parsing', msg: `Input should be a valid UUID, ${error}`, ctx: { error } };
}

const NAIVE = /^.{10}(?:[Tt _](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?)?$/;

function dateError(text: string): string | undefined {
  if (Buffer.byteLength(text) < 10) return 'input is too short';
  const invalid = dateParts.find(({ from, to, form }) => !form.test(text.slice(from, to)));
  if (invalid !== undefined) return invalid.error;
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number) as [number, number, number];
  if (month < 1 || month > 12) return 'month value is outside expected range of 1-12';
  if (day < 1 || day > daysIn(year, month)) return 'day value is outside expected range';
  return text.length > 10 ? 'unexpected extra characters at the end of the input' : undefined;
}

const dateParts = [
  { from: 0, to: 4, form: /^[0-9]{4}$/, error: 'invalid character in year' },
  { from: 4, to: 5, form: /^-$/, error: 'invalid date separator, expected `-`' },
  { from: 5, to: 7, form: /^[0-9]{2}$/, error: 'invalid character in month' },
  { from: 7, to: 8, form: /^-$/, error: 'invalid date separator, expected `-`' },
  { from: 8, to: 10, form: /^[0-9]{2}$/, error: 'invalid character in day' },
];

function daysIn(year: number, month: number): number {
  // Date.UTC reads the years 1 to 99 as 1901 to 1999, which have the same leap years.
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const GROUP_LENGTHS = [8, 4, 4, 4, 12];

function uuidError(text: string): string {
  const digits = /^(?:\{(.*)\}|urn:uuid:(.*))$/s.exec(text)?.slice(1).find((inner) => inner !== undefined) ?? text;
  const stray = /[^0-9a-fA-F-]/u.exec(digits);
  if (stray !== null) return `invalid character: found \`${stray[0]}\` at ${stray.index + 1}`;
  const groups = digits.split('-');
  if (groups.length === 1 && digits === text && digits.length !== 32) {
    return `invalid length: expected length 32 for simple format, found ${digits.length}`;
  }
  if (groups.length !== GROUP_LENGTHS.length) return `invalid group count: expected 5, found ${groups.length}`;
  const wrong = groups.findIndex((group, index) => group.length !== GROUP_LENGTHS[index]);
  if (wrong === -1) return 'invalid version or variant';
  return `invalid group length in group ${wrong}: expected ${GROUP_LENGTHS[wrong]}, found ${groups[wrong]?.length}`;
}
