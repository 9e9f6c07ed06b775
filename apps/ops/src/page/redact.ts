const secretName = /authorization|cookie|api[-_]?key|secret|token|password|passwd|signature|credential/i;

const REDACTED = '***';

/** Returns a copy in which values with a secret's name are `***`, also inside JSON text and URLs. */
export const redact = (value: unknown): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, secretName.test(key) && item !== null ? REDACTED : redact(item)]));
};

/** Excludes dates, ids and decimals: they have their own JSON form. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** Redacts secrets in text, because an error message may quote a URL or JSON. */
export const redactText = (text: string): string => {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.stringify(redact(JSON.parse(text)));
    } catch {
      // The text only looks like JSON.
    }
  }
  return text
    .replaceAll(/:\/\/[^\s/@]+@/g, `://${REDACTED}@`)
    // A name ends at the next question mark, and its first secret word is decisive. Otherwise the time would grow with the cube of the length.
    .replaceAll(/([?&](?:(?!key|token|secret|password|sig)[^=?&\s])*(?:key|token|secret|password|sig)[^=?&\s]*=)[^&\s]+/gi, `$1${REDACTED}`)
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`);
};
