/** A text that a pattern almost matches: `repeated` many times, between two short texts. */
export interface NearMiss {
  before: string;
  repeated: string;
  after: string;
}

/** Characters that patterns distinguish: ASCII, and some beyond it. */
const alphabet = [...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)), 'é', '\u2028', '\ud800', '\u{1f600}'];

/** Quantifiers, assertions and the syntax of groups, which match no text themselves. */
const syntax = /^(?:[*+?]\??|\{\d+,?\d*\}\??|\((?:\?(?:<?[=!]|:|<\w+>))?|[)|^$]|\\[bB])/;

/** One piece of a pattern that matches a character: a class, an escape, a dot or a literal. */
const atom = /^(?:\[(?:[^\]\\]|\\.)*\]|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[pP]\{\w+\}|\\.|[^\\])/is;

/** Returns the pieces of a pattern in their order. Pieces without text between them are one run. */
const runsOf = ({ source }: RegExp): string[][] => {
  const runs: string[][] = [[]];
  for (let rest = source; rest !== ''; ) {
    const skipped = syntax.exec(rest)?.[0];
    const piece = skipped ?? atom.exec(rest)![0];
    if (skipped === undefined) runs.at(-1)!.push(piece);
    else runs.push([]);
    rest = rest.slice(piece.length);
  }
  return runs.filter((run) => run.length > 0);
};

/** Returns characters such that each other character of the alphabet is treated like one of them by every piece. */
const representatives = (pieces: readonly string[], flags: string): string[] => {
  const matchers = pieces.map((piece) => new RegExp(`^${piece}$`, flags));
  const byTreatment = new Map<string, string>();
  for (const character of alphabet) {
    const treatment = matchers.map((matcher) => matcher.test(character)).join();
    if (!byTreatment.has(treatment) || /[a-z0-9]/.test(character)) byTreatment.set(treatment, character);
  }
  return [...byTreatment.values()];
};

/**
 * Returns near-misses of a pattern. The repeated part is a kind of character that the pattern distinguishes, or a word of the pattern.
 * The beginning of a match comes before it, and a character that no match contains comes after it.
 */
export const nearMisses = (pattern: RegExp): NearMiss[] => {
  const flags = pattern.flags.replaceAll(/[gym]/g, '');
  const runs = runsOf(pattern);
  const pieces = [...new Set(runs.flat())];
  const characters = representatives(pieces, flags);
  const matching = (piece: string): string => characters.find((character) => new RegExp(`^${piece}$`, flags).test(character)) ?? '';
  const words = runs.map((run) => run.map(matching).join(''));
  const beginnings = words.map((_, index) => words.slice(0, index + 1).join(''));
  const unit = [...new Set([...characters, ...words, ...beginnings, ...words.flatMap((word) => characters.map((character) => word + character))])].filter(Boolean);
  const ends = [...new Set(['', characters.at(-1)!, '\0', '!', 'x'])];
  return [...new Set(['', ...beginnings.slice(0, 8)])].flatMap((before) => unit.flatMap((repeated) => ends.map((after) => ({ before, repeated, after }))));
};
