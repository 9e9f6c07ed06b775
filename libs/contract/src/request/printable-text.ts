import type { z } from 'zod';

/** Maximum length of an identifier or tenant name, in characters. */
export const MAX_CHARACTERS = 128;

/**
 * Matches text without control characters, lone surrogates, line and paragraph separators, and controls of the text direction.
 * Such text fits on one line of a log. It does not reorder the text around it, as U+202E does.
 */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;

/** Returns whether `text` has more than `limit` characters. Counts as pydantic does: a character outside the BMP is one, not two. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}

/** Returns whether `text` has only white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Returns a zod check for a maximum length. zod's own `max` counts UTF-16 units; pydantic, and so this contract, counts characters. */
export function maxCharacters(limit: number): z.core.CheckFn<string> {
  return ({ value, issues }) => {
    if (isLongerThan(value, limit)) issues.push({ code: 'too_big', origin: 'string', maximum: limit, inclusive: true, input: value });
  };
}
