/** A setting's schema from the outside in: `.default()`, `.optional()`, `.transform()` and `.pipe()` each wrap what they follow. */
function* layers(schema) {
  for (let layer = schema; layer; layer = inside(layer)) yield layer;
}

const inside = (layer) => {
  const { type, in: before, out: after, innerType } = layer._zod.def;
  if (type !== 'pipe') return innerType;
  // z.preprocess puts its function first; what is read from the environment is told by the other end.
  return before._zod.def.type === 'transform' ? after : before;
};

const firstOf = (schema, read) => {
  for (const layer of layers(schema)) {
    const value = read(layer);
    if (value !== undefined) return value;
  }
  return undefined;
};

/** What a reader of .env.example needs to know of one setting. Asking the schema itself cannot be wrong about `required`. */
export const setting = (schema) => ({
  description: firstOf(schema, (layer) => layer.description) ?? '',
  required: !schema.safeParse(undefined).success,
  fallback: firstOf(schema, ({ _zod: { def } }) => (def.type === 'default' || def.type === 'prefault' ? String(def.defaultValue) : undefined)),
  choices: firstOf(schema, ({ _zod: { def } }) => (def.type === 'enum' ? Object.values(def.entries) : undefined)),
});
