const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The three forms of an HTTP date (RFC 9110, section 5.6.7). Date.parse would read asctime as local time, and `2` as a date. */
const httpDates = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) (?<year>\d{4})$/,
];

/**
 * Returns the delay of a Retry-After header in milliseconds: seconds, or an HTTP date of any form. A date in the past is a delay of 0.
 * Returns undefined for an absent or invalid header. `now` is in milliseconds since the epoch.
 */
export const retryAfterMs = (header: string | null | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = dateIn(text, now);
  return at === undefined ? undefined : Math.max(0, at - now);
};

const dateIn = (text: string, now: number): number | undefined => {
  const parts = httpDates.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const month = months.indexOf(parts['month']!);
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((part) => Number(parts[part])) as [number, number, number, number];
  const at = Date.UTC(fullYear(parts['year']!, now), month, day, hour, minute, second);
  const isValid = month >= 0 && day > 0 && hour < 24 && minute < 60 && second <= 60 && new Date(at - second * 1_000).getUTCDate() === day;
  return isValid ? at : undefined;
};

/** Returns the year of a date. Two digits name the latest such year that is at most 50 years ahead. */
const fullYear = (digits: string, now: number): number => {
  if (digits.length === 4) return Number(digits);
  const latest = new Date(now).getUTCFullYear() + 50;
  return latest - ((latest - Number(digits)) % 100);
};
