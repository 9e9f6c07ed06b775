import type { z } from 'zod';

/** The parts of a zod definition that are needed to find a nested schema. */
interface Definition {
  type: string;
  format?: string;
  checks?: { _zod: { def: { format?: string } } }[];
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  items?: z.core.$ZodType[];
  valueType?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  out?: z.core.$ZodType;
}

/** The kind of a schema (`string`, `number`, …) and its formats (`safeint`, `uuid`, …). */
export interface SchemaKind {
  type: string;
  formats: string[];
}

/**
 * Returns the kind of the schema at `path`. Looks inside optional, nullable, default, transform and preprocess.
 *
 * Needed because a zod issue does not distinguish an integer from a number, or a datetime from a string, if the value has another type.
 */
export function schemaKindAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): SchemaKind | undefined {
  const part = path.reduce<z.core.$ZodType | undefined>((whole, key) => whole && partOf(whole, key), schema);
  if (part === undefined) return undefined;
  const { type, format, checks = [] } = bare(part);
  return { type, formats: [format, ...checks.map((check) => check._zod.def.format)].filter((name) => name !== undefined) };
}

function partOf(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const { shape, element, items, valueType } = bare(schema);
  return shape?.[String(key)] ?? element ?? items?.[Number(key)] ?? valueType;
}

function bare(schema: z.core.$ZodType): Definition {
  const definition = schema._zod.def as Definition;
  const inner = definition.innerType ?? piped(definition);
  return inner === undefined ? definition : bare(inner);
}

/** Returns the input schema of a pipe. Returns the output schema for preprocess, which reads anything, and for stringbool, which reads words. */
function piped({ type, in: input, out }: Definition): z.core.$ZodType | undefined {
  if (type !== 'pipe') return undefined;
  return input?._zod.def.type === 'transform' || out?._zod.def.type === 'boolean' ? out : input;
}
