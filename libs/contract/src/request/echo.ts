/** Longest string, in characters, that a reply repeats to its sender. */
export const ECHO_CHARACTERS = 256;

/** Deepest nesting that a reply repeats; what lies deeper is null. */
export const ECHO_DEPTH = 20;

/** Most values, at all depths together, that one echoed input holds; the rest is left out. */
export const ECHO_VALUES = 256;

/**
 * A copy of `input` that can be sent back to whoever sent it: strings cut at {@link ECHO_CHARACTERS}, lone surrogates replaced,
 * NaN and the infinities null, depth and number of values bounded.
 *
 * FastAPI answers 500 to a lone surrogate and to Infinity here, because it echoes them as they came.
 */
export function safeEcho(input: unknown): unknown {
  return copy(input, 0, { left: ECHO_VALUES });
}

/** A location whose keys, which the sender chose, are as safe as an echoed string. */
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
  // fromEntries defines properties; assigning them would let a key `__proto__` set the prototype of the copy.
  return Object.fromEntries(copied);
}

function safeText(text: string): string {
  return firstCharacters(text).replace(/\p{Surrogate}/gu, '\uFFFD');
}

function firstCharacters(text: string): string {
  if (text.length <= ECHO_CHARACTERS) return text;
  return Array.from(text.slice(0, 2 * ECHO_CHARACTERS)).slice(0, ECHO_CHARACTERS).join('');
}
