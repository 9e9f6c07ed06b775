/** Replaces a secret in logs. */
export const REDACTED = '***';

/** Matches names of secret values. A reference to a secret, such as `secret_ref`, is not secret. */
const secretName = /(authorization|cookie|api[-_]?key|password|passwd|secret|token|signature)$/i;

/** Matches secrets inside texts, because errors of other libraries quote URLs, headers and bodies. */
const secretsInText: readonly [pattern: RegExp, replacement: string][] = [
  [/:\/\/[^\s/@]+@/g, `://${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(crossroads_(?:ops_)?[a-f0-9]{16})_[\w-]{43}/g, `$1_${REDACTED}`],
  [/\b(whsec|whsk)_[A-Za-z0-9+/=]{16,}/g, `$1_${REDACTED}`],
  [/((?:api[-_]?key|password|passwd|secret|token)["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi, `$1${REDACTED}`],
];

export const isSecret = (name: string): boolean => secretName.test(name);

export const redact = (text: string): string => secretsInText.reduce((redacted, [pattern, replacement]) => redacted.replaceAll(pattern, replacement), text);
