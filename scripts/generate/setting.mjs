/** Yields a setting's schemas from outside in: `.default()`, `.optional()`, `.transform()` and `.pipe()` each wrap the previous one. */
function* layers(schema) {
  for (let layer = schema; layer; layer = inside(layer)) yield layer;
}

const inside = (layer) => {
  const { type, in: before, out: after, innerType } = layer._zod.def;
  if (type !== 'pipe') return innerType;
  // z.preprocess puts its function first; the other end has the type of the environment variable.
  return before._zod.def.type === 'transform' ? after : before;
};

const firstOf = (schema, read) => {
  for (const layer of layers(schema)) {
    const value = read(layer);
    if (value !== undefined) return value;
  }
  return undefined;
};

/** Describes one setting for .env.example. Parsing with the schema shows whether the setting is required. */
export const setting = (schema) => ({
  description: firstOf(schema, (layer) => layer.description) ?? '',
  required: !schema.safeParse(undefined).success,
  fallback: firstOf(schema, ({ _zod: { def } }) => (def.type === 'default' || def.type === 'prefault' ? String(def.defaultValue) : undefined)),
  choices: firstOf(schema, ({ _zod: { def } }) => (def.type === 'enum' ? Object.values(def.entries) : undefined)),
});
