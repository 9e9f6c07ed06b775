import type { z } from 'zod';
import { issueFinding } from './issue-finding.js';
import { type Finding, type Location, type Read, unprocessable, type ValidationDetail, validationDetail } from './problem.js';
import { extraForbidden, fieldRequired, valueError } from './pydantic-findings.js';
import { schemaKindAt } from './schema-at.js';

/** The part of a request that holds the input. It is the first item of every location. */
export type InputSource = 'body' | 'query' | 'path' | 'header';

/** Maximum number of entries in a 422. Without it, a list of thousands of invalid items gets a reply many times its size. */
export const MAX_DETAILS = 100;

/**
 * Reads `input` with a zod schema. Returns the value, or HTTP 422 with the entries that FastAPI and pydantic would return.
 *
 * A rule of a model (a refinement) is reported as `value_error`, and only if all fields of the model are valid.
 * Each place is reported once, with its first error. The echoed input is the original one, before coercion and transforms.
 */
export function readModel<T>(schema: z.ZodType<T>, input: unknown, source: InputSource): Read<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const details = parsed.error.issues.slice(0, MAX_DETAILS).flatMap((issue) => translate(issue, { schema, input, source }));
  return unprocessable(oncePerPlace(withoutPrematureRules(details)).slice(0, MAX_DETAILS));
}

interface Reading {
  schema: z.core.$ZodType;
  input: unknown;
  source: InputSource;
}

function translate(issue: z.core.$ZodIssue, reading: Reading): ValidationDetail[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, MAX_DETAILS).map((key) => extraKey(issue.path, key, reading));
  if (issue.code === 'invalid_key') return [badKey(issue, reading)];
  const { input, source, schema } = reading;
  const place = locate(input, issue.path);
  const loc = location(source, issue.path);
  if (issue.code === 'custom' && !issue.params?.['finding']) return [validationDetail(valueError(issue.message), loc, place.value)];
  if (!place.given) return [missing(loc, issue.path, reading)];
  return [validationDetail(issueFinding(issue, place.value, schemaKindAt(schema, issue.path)), loc, place.value)];
}

/** Reports a missing value. A missing field of a body echoes the object without the field. A missing parameter or body echoes null. */
function missing(loc: Location, path: PropertyKey[], { input, source }: Reading): ValidationDetail {
  const hasOwner = source === 'body' && path.length > 0;
  return validationDetail(fieldRequired, loc, hasOwner ? locate(input, path.slice(0, -1)).value : null);
}

function extraKey(path: PropertyKey[], key: string, { input, source }: Reading): ValidationDetail {
  const extra = [...path, key];
  return validationDetail(extraForbidden, location(source, extra), locate(input, extra).value);
}

function badKey(issue: z.core.$ZodIssueInvalidKey, { source }: Reading): ValidationDetail {
  const key = issue.path.at(-1);
  const inner = issue.issues[0];
  const finding: Finding = inner === undefined ? valueError(issue.message) : issueFinding(inner, key, undefined);
  return validationDetail(finding, [...location(source, issue.path), '[key]'], key);
}

function location(source: InputSource, path: PropertyKey[]): Location {
  return [source, ...path.map((part) => (typeof part === 'symbol' ? part.toString() : part))];
}

/** Returns the value at `path`. `given` is false for an absent or inherited property, and true for null. */
function locate(input: unknown, path: PropertyKey[]): { given: boolean; value: unknown } {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return { given: false, value: undefined };
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return { given: value !== undefined, value };
}

/** Removes errors of rules whose fields are invalid. zod runs a refinement even after a length or a pattern failed; pydantic does not. */
function withoutPrematureRules(details: ValidationDetail[]): ValidationDetail[] {
  return details.filter((rule) => rule.type !== 'value_error' || !details.some((detail) => isInside(detail.loc, rule.loc)));
}

function isInside(loc: Location, model: Location): boolean {
  return loc.length > model.length && model.every((part, index) => part === loc[index]);
}

function oncePerPlace(details: ValidationDetail[]): ValidationDetail[] {
  const first = new Map<string, ValidationDetail>();
  for (const detail of details) {
    const place = JSON.stringify(detail.loc);
    if (!first.has(place)) first.set(place, detail);
  }
  return [...first.values()];
}
