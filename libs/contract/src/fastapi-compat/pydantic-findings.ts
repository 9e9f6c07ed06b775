import type { Finding } from './problem.js';

/** The exact texts of pydantic 2.13 and FastAPI 0.142. Clients compare them literally. */
export const fieldRequired: Finding = { type: 'missing', msg: 'Field required' };
export const notAString: Finding = { type: 'string_type', msg: 'Input should be a valid string' };
export const notAList: Finding = { type: 'list_type', msg: 'Input should be a valid list' };
export const notADict: Finding = { type: 'dict_type', msg: 'Input should be a valid dictionary' };
export const notNone: Finding = { type: 'none_required', msg: 'Input should be None' };
export const notFinite: Finding = { type: 'finite_number', msg: 'Input should be a finite number' };
export const extraForbidden: Finding = { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' };
export const notAModel: Finding = {
  type: 'model_attributes_type',
  msg: 'Input should be a valid dictionary or object to extract fields from',
};

export function jsonInvalid(error: string): Finding {
  return { type: 'json_invalid', msg: 'JSON decode error', ctx: { error } };
}

export function valueError(text: string): Finding {
  return { type: 'value_error', msg: `Value error, ${text}`, ctx: { error: {} } };
}

export function stringTooLong(limit: number): Finding {
  return { type: 'string_too_long', msg: `String should have at most ${count(limit, 'character')}`, ctx: { max_length: limit } };
}

export function stringTooShort(limit: number): Finding {
  return { type: 'string_too_short', msg: `String should have at least ${count(limit, 'character')}`, ctx: { min_length: limit } };
}

export function patternMismatch(pattern: string): Finding {
  return { type: 'string_pattern_mismatch', msg: `String should match pattern '${pattern}'`, ctx: { pattern } };
}

export function listTooLong(limit: number, length: number): Finding {
  const msg = `List should have at most ${count(limit, 'item')} after validation, not ${length}`;
  return { type: 'too_long', msg, ctx: { field_type: 'List', max_length: limit, actual_length: length } };
}

export function listTooShort(limit: number, length: number): Finding {
  const msg = `List should have at least ${count(limit, 'item')} after validation, not ${length}`;
  return { type: 'too_short', msg, ctx: { field_type: 'List', min_length: limit, actual_length: length } };
}

export function numberTooBig(limit: number, inclusive: boolean): Finding {
  return inclusive
    ? { type: 'less_than_equal', msg: `Input should be less than or equal to ${limit}`, ctx: { le: limit } }
    : { type: 'less_than', msg: `Input should be less than ${limit}`, ctx: { lt: limit } };
}

export function numberTooSmall(limit: number, inclusive: boolean): Finding {
  return inclusive
    ? { type: 'greater_than_equal', msg: `Input should be greater than or equal to ${limit}`, ctx: { ge: limit } }
    : { type: 'greater_than', msg: `Input should be greater than ${limit}`, ctx: { gt: limit } };
}

export function notMultipleOf(divisor: number): Finding {
  return { type: 'multiple_of', msg: `Input should be a multiple of ${divisor}`, ctx: { multiple_of: divisor } };
}

type LiteralValue = string | number | bigint | boolean | symbol | null | undefined;

/** Returns the error for a value outside a literal. Lists `values` in Python's notation: `'a', 'b' or 1`. */
export function literalError(values: readonly LiteralValue[]): Finding {
  const listed = values.map(pythonRepr);
  const last = listed.pop() ?? '';
  const expected = listed.length === 0 ? last : `${listed.join(', ')} or ${last}`;
  return { type: 'literal_error', msg: `Input should be ${expected}`, ctx: { expected } };
}

function pythonRepr(value: LiteralValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'string') return String(value);
  const text = value.replaceAll('\\', '\\\\');
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? `'${text.replaceAll("'", "\\'")}'` : `"${text}"`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
