/** What a secret becomes. */
export const REDACTED = '***';

/** Names of values that are never said. What merely points to a secret, such as `secret_ref`, is not one. */
const secretName = /(authorization|cookie|api[-_]?key|password|passwd|secret|token|signature)$/i;

/** Secrets as they lie in sentences: errors quote URLs, headers and bodies, and come from libraries that know nothing of ours. */
const inText: readonly [pattern: RegExp, instead: string][] = [
  [/:\/\/[^\s/@]+@/g, `://${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(crossroads_(?:ops_)?[a-f0-9]{16})_[\w-]{43}/g, `$1_${REDACTED}`],
  [/\b(whsec|whsk)_[A-Za-z0-9+/=]{16,}/g, `$1_${REDACTED}`],
  [/((?:api[-_]?key|password|passwd|secret|token)["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi, `$1${REDACTED}`],
];

export const isSecret = (name: string): boolean => secretName.test(name);

export const redact = (text: string): string => inText.reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), text);
