const secretName = /authorization|cookie|api[-_]?key|secret|token|password|passwd|signature|credential/i;

const REDACTED = '***';

/** A copy fit to be shown: whatever is named like a secret becomes stars, in JSON inside text and in URLs as well. */
export const redact = (value: unknown): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, secretName.test(key) && item !== null ? REDACTED : redact(item)]));
};

/** Dates, ids and decimals know how to print themselves; taken apart they would be gibberish. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** Sentences too: an error may quote the URL it failed at. */
export const redactText = (text: string): string => {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.stringify(redact(JSON.parse(text)));
    } catch {
      // Not JSON after all.
    }
  }
  return text
    .replaceAll(/(\w+:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`)
    .replaceAll(/([?&][^=&\s]*(?:key|token|secret|password|signature|sig)[^=&\s]*=)[^&\s]+/gi, `$1${REDACTED}`)
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`);
};
