interface JsonSchema {
  $ref?: string;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** Returns an example of a JSON Schema, put together from the examples of its members. Throws an error for a member without an example. */
export const exampleOf = (schemas: Record<string, object>, schema: JsonSchema, path = ''): unknown => {
  const { $ref, examples, anyOf, type, properties = {}, items } = schema;
  if (examples) return examples[0];
  if ($ref) return exampleOf(schemas, schemas[$ref.split('/').at(-1)!] as JsonSchema, $ref);
  if ('const' in schema) return schema.const;
  if (anyOf) return exampleOf(schemas, anyOf[0]!, path);
  if (type === 'array') return [exampleOf(schemas, items!, `${path}[]`)];
  if (type === 'object') return Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, exampleOf(schemas, member, `${path}.${name}`)]));
  throw new Error(`The schema of ${path} has no example. Add one to its meta().`);
};
