import fc from 'fast-check';
import { nearMisses } from '../patterns/near-misses.js';

/** The parts of JSON Schema that the API description uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  maxItems?: number;
  maxLength?: number;
}

export type Resolve = (ref: string) => JsonSchema;

/** Texts that have broken parsers, queries and pages elsewhere. */
export const hostileTexts = ['', ' ', '\0', '\u2028', '\ud800', '\u202e', '$ne', '$literal', '{"$gt":""}', '__proto__', '../..', '%00', "' OR 1=1", '\u{1f600}'.repeat(70), 'NaN', 'null', '-1', '1e999', '9'.repeat(400), '1'.repeat(5_000) + 'x'];

/** Texts that the fixture knows, so that some requests succeed. */
const knownTexts = ['O-0', 'T-14', 'site-104', '674000000000000000000000', '2026-11-02T08:41:00Z', '2026-11-02T16:00:00.5+02:00'];

/** Returns texts that almost match the pattern, short and long. */
export const almostMatching = (pattern: string): fc.Arbitrary<string> => {
  const misses = nearMisses(new RegExp(pattern, 'u'));
  return fc.tuple(fc.constantFrom(...misses), fc.constantFrom(1, 8, 24, 130, 3_000)).map(([{ before, repeated, after }, times]) => before + repeated.repeat(times).slice(0, 6_000) + after);
};

const text = ({ pattern, maxLength = Infinity }: JsonSchema): fc.Arbitrary<string> => {
  const isRight = (known: string): boolean => known.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(known));
  const right = knownTexts.filter(isRight);
  return fc.oneof(
    ...(right.length === 0 ? [] : [{ weight: 120, arbitrary: fc.constantFrom(...right) }]),
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 140 }) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
    ...(pattern === undefined ? [] : [{ weight: 1, arbitrary: almostMatching(pattern) }]),
  );
};

const number = fc.oneof({ weight: 40, arbitrary: fc.integer({ min: 1, max: 9_999 }) }, fc.double(), fc.maxSafeInteger());

/** Returns values of a schema, some of them wrong in one place. */
export const valuesOf = (schema: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> => {
  const wrong = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...hostileTexts), fc.constant(undefined));
  return fc.oneof({ weight: 80, arbitrary: rightValuesOf(schema, resolve) }, { weight: 1, arbitrary: wrong });
};

const rightValuesOf = (schema: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined) return valuesOf(resolve(schema.$ref), resolve);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => valuesOf(each, resolve)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'number':
    case 'integer':
      return number;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return listOf(schema, resolve);
    case 'object':
      return objectOf(schema, resolve);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
};

/** Most lists are short, and some have one item more than allowed. */
const listOf = ({ items = {}, maxItems = 50 }: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> => {
  const item = valuesOf(items, resolve);
  return fc.oneof({ weight: 30, arbitrary: fc.array(item, { maxLength: 3 }) }, { weight: 1, arbitrary: item.map((each) => Array.from({ length: maxItems + 1 }, () => each)) });
};

const objectOf = ({ properties = {}, required = [] }: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> => {
  const members = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valuesOf(each, resolve)]));
  const known = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  const withMore = fc.tuple(known, fc.dictionary(fc.constantFrom(...hostileTexts, 'extra'), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })).map(([one, more]) => ({ ...one, ...more }));
  return fc.oneof({ weight: 12, arbitrary: known }, { weight: 1, arbitrary: withMore });
};
