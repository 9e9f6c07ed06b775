import { sources } from './sources.mjs';

/** Words of the same shape that are no codes. */
const otherWords = new Set([
  'order.reset', // the type of a webhook message
  'ops.css', // a file
]);

/** Where the codes are told, not given. */
const tables = new Set(['libs/contract/src/saga-codes.ts', 'apps/ops/src/http/codes.ts']);

/** A word with a dot, in quotes and no key of an object (those with dots are paths into documents). */
const dotted = /'([a-z]+)\.([a-z_]+)'(?!:)/g;

/** The codes the source gives, each with the files that do: `Map(code → [path])`. Families are the words before the dot. */
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
