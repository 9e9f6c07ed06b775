import type { Finding } from './problem.js';
import { notFinite } from './pydantic-findings.js';

/** Returns pydantic's error for an invalid integer. */
export function integerFinding(value: unknown): Finding {
  const msg = 'Input should be a valid integer';
  if (typeof value === 'string' && !isNumeric(value, INTEGER)) {
    return { type: 'int_parsing', msg: `${msg}, unable to parse string as an integer` };
  }
  if (typeof value !== 'number') return { type: 'int_type', msg };
  if (!Number.isFinite(value)) return notFinite;
  return { type: 'int_from_float', msg: `${msg}, got a number with a fractional part` };
}

/** Returns pydantic's error for an invalid finite floating point number. */
export function floatFinding(value: unknown): Finding {
  const msg = 'Input should be a valid number';
  if (typeof value === 'number') return notFinite;
  if (typeof value === 'string' && !isNumeric(value, FLOAT)) {
    return { type: 'float_parsing', msg: `${msg}, unable to parse string as a number` };
  }
  return { type: 'float_type', msg };
}

/** Returns pydantic's error for an invalid boolean. Unknown words, and whole numbers except 0 and 1, have their own error type. */
export function booleanFinding(value: unknown): Finding {
  const msg = 'Input should be a valid boolean';
  const isWord = typeof value === 'string' && !BOOLEAN_WORDS.has(value.toLowerCase());
  const isWholeNumber = Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 && value !== 0 && value !== 1;
  if (isWord || isWholeNumber) return { type: 'bool_parsing', msg: `${msg}, unable to interpret input` };
  return { type: 'bool_type', msg };
}

const INTEGER = /^[+-]?[0-9]+(?:_[0-9]+)*(?:\.0+)?$/;
/** The fraction needs its dot. With an optional dot, two runs of digits would meet, and the time would be quadratic. */
const FLOAT = /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const BOOLEAN_WORDS = new Set(['0', 'off', 'f', 'false', 'n', 'no', '1', 'on', 't', 'true', 'y', 'yes']);

function isNumeric(text: string, form: RegExp): boolean {
  return form.test(text.trim());
}
