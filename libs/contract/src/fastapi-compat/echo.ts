/** Maximum length of an echoed string, in characters. */
export const ECHO_CHARACTERS = 256;

/** Maximum nesting of an echoed input. Deeper values become null. */
export const ECHO_DEPTH = 20;

/** Maximum number of values of an echoed input, at all depths together. Further values are omitted. */
export const ECHO_VALUES = 256;

/**
 * Returns a copy of `input` that is safe to send back to the caller. Cuts strings at {@link ECHO_CHARACTERS} and replaces lone surrogates.
 * NaN and the infinities become null. Depth and number of values are limited.
 *
 * FastAPI echoes a lone surrogate and Infinity unchanged, and so responds with 500.
 */
export function safeEcho(input: unknown): unknown {
  return copy(input, 0, { left: ECHO_VALUES });
}

/** Returns `loc` with its keys made safe, because the caller chose them. */
export function safeLocation(loc: (string | number)[]): (string | number)[] {
  return loc.map((part) => (typeof part === 'string' ? safeText(part) : part));
}

interface Budget {
  left: number;
}

function copy(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || depth >= ECHO_DEPTH) return null;
  return Array.isArray(value) ? copyItems(value, depth, budget) : copyEntries(value, depth, budget);
}

function copyItems(items: unknown[], depth: number, budget: Budget): unknown[] {
  const copied: unknown[] = [];
  for (const item of items) {
    if (budget.left-- <= 0) break;
    copied.push(copy(item, depth + 1, budget));
  }
  return copied;
}

function copyEntries(value: object, depth: number, budget: Budget): Record<string, unknown> {
  const copied: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    if (budget.left-- <= 0) break;
    copied.push([safeText(key), copy(entry, depth + 1, budget)]);
  }
  // fromEntries defines properties. An assignment to the key `__proto__` would set the prototype of the copy.
  return Object.fromEntries(copied);
}

function safeText(text: string): string {
  return firstCharacters(text).replace(/\p{Surrogate}/gu, '\uFFFD');
}

function firstCharacters(text: string): string {
  if (text.length <= ECHO_CHARACTERS) return text;
  return Array.from(text.slice(0, 2 * ECHO_CHARACTERS)).slice(0, ECHO_CHARACTERS).join('');
}
