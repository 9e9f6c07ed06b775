import type { z } from 'zod';

/** What a zod schema says of itself that is needed to find a part of it: its kind, its parts and its formats. */
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

/** The kind of a schema (`string`, `number`, …) and its formats (`safeint`, `datetime`, `uuid`, …). */
export interface SchemaKind {
  type: string;
  formats: string[];
}

/**
 * What the schema expects at `path`, inside optional, nullable, default, transform and preprocess.
 *
 * A zod issue does not tell an integer from a number, nor a datetime from a string, when the value is of quite another type.
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

/** A pipe is what it reads; but preprocess reads anything, and stringbool is a boolean that reads words. */
function piped({ type, in: input, out }: Definition): z.core.$ZodType | undefined {
  if (type !== 'pipe') return undefined;
  return input?._zod.def.type === 'transform' || out?._zod.def.type === 'boolean' ? out : input;
}
