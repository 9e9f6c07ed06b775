/** Longest identifier or tenant name, in characters. */
export const MAX_CHARACTERS = 128;

/** No control characters, no lone surrogates, no line or paragraph separators: the text stays on one line of a log or a page. */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** Whether `text` has more than `limit` characters as pydantic counts them, where a character outside the BMP is one, not two. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}

/** Whether there is nothing in `text` but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}
