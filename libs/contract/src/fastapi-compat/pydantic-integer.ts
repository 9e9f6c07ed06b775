import { z } from 'zod';
import type { Finding } from './problem.js';
import { integerFinding } from './pydantic-scalars.js';

/** Digits with an optional sign, single underscores between digits, and an optional fraction of zeros. */
const INTEGER = /^[+-]?[0-9]+(?:_[0-9]+)*(?:\.0+)?$/;

/** Longest text that Python converts to an integer. */
const MAX_CHARACTERS = 4_300;

const tooLong: Finding = { type: 'int_parsing_size', msg: 'Unable to parse input string as an integer, exceeded maximum size' };

/**
 * An integer in a query or a path, read like pydantic 2: ` 10`, `+5`, `1_000` and `10.0` are integers, `1e2` and `0x10` are not.
 * One beyond the safe integers becomes the nearest of them, so that the error names the limit of the field and not one of JavaScript.
 */
export const pydanticInteger = z.unknown().transform((value, context): number => {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text.length <= MAX_CHARACTERS && INTEGER.test(text)) return Math.min(Math.max(Number(text.replaceAll('_', '')), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  context.addIssue({ code: 'custom', params: { finding: text.length > MAX_CHARACTERS ? tooLong : integerFinding(value) } });
  return z.NEVER;
});
