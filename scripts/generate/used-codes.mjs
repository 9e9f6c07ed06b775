import { sources } from './sources.mjs';

/** Strings of the same shape that are not codes. */
const otherWords = new Set([
  'order.reset', // the type of a webhook message
  'ops.css', // a file
]);

/** Files that describe codes and do not use them. */
const tables = new Set(['apps/intake/src/docs/codes.ts', 'libs/contract/src/saga-codes.ts', 'apps/ops/src/http/codes.ts']);

/** Matches a quoted word with a dot that is not an object key (keys with dots are document paths). */
const dotted = /'([a-z]+)\.([a-z_]+)'(?!:)/g;

/** Returns the codes that the source uses, with their files: `Map(code → [path])`. */
export const usedCodes = (families) => {
  const uses = new Map();
  for (const { path, text } of sources('libs', 'apps')) {
    if (tables.has(path)) continue;
    for (const [, family, word] of text.matchAll(dotted)) {
      const code = `${family}.${word}`;
      if (families.has(family) && !otherWords.has(code)) uses.set(code, [...(uses.get(code) ?? []), path]);
    }
  }
  return uses;
};
