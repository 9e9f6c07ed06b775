type Document = Record<string, any>;

/** An update whose conditions are in its pipeline, in the form in which the repositories write it. */
export interface GuardedOperation {
  /** The conditions as a filter, without `_id`. */
  conditions: Document;
  /** The changes as an update document: `{$set, $unset}` with dotted paths. */
  update: Document;
}

/** Translates an update back that the store has translated (guarded-update.ts). Returns undefined for any other update. */
export const guardedOperation = (update: Document | Document[] | undefined): GuardedOperation | undefined => {
  const [guard, changed, unchanged] = (Array.isArray(update) && update.length === 1 && update[0]!['$replaceWith']?.$cond) || [];
  if (unchanged !== '$$ROOT') return undefined;
  const changes: Document = {};
  let from: Document = changed;
  for (; from['$setField']; from = from['$setField'].input) collect(changes, from['$setField'].field, from['$setField'].value);
  for (const [name, value] of Object.entries(from['$mergeObjects'][1] as Document)) collect(changes, name, value);
  return { conditions: filterOf(guard), update: changes };
};

const collect = (changes: Document, path: string, value: any): void => {
  const members: unknown = value?.$mergeObjects?.[0] === `$${path}` ? value.$mergeObjects[1] : undefined;
  if (members) for (const [name, member] of Object.entries(members as Document)) collect(changes, `${path}.${name}`, member);
  else if (value === '$$REMOVE') changes['$unset'] = { ...changes['$unset'], [path]: '' };
  else changes['$set'] = { ...changes['$set'], [path]: literal(value) };
};

const literal = (value: any): unknown => (value !== null && typeof value === 'object' && '$literal' in value ? value.$literal : value);

const filterOf = (guard: Document): Document => {
  const [[operator, operands]] = Object.entries(guard) as [[string, any]];
  if (operator === '$or') return { $or: operands.map(filterOf) };
  if (operator === '$and' && operands[0]?.$isNumber) return comparison(operands[1]);
  if (operator === '$and') return (operands as Document[]).map(filterOf).reduce(merge, {});
  return comparison(guard);
};

const comparison = (guard: Document): Document => {
  const [[operator, [field, operand]]] = Object.entries(guard) as [[string, [any, any]]];
  if (field?.$type) return { [field.$type.slice(1)]: Array.isArray(operand) ? null : { $exists: operator === '$ne' } };
  if (typeof field !== 'string' || (operator !== '$eq' && operator !== '$ne' && operator !== '$in' && typeof operand !== 'number')) return { $expr: guard };
  return { [field.slice(1)]: operator === '$eq' ? literal(operand) : { [operator]: literal(operand) } };
};

/** Joins the conditions of one field. */
const merge = (all: Document, next: Document): Document => {
  for (const [name, value] of Object.entries(next)) all[name] = name in all && typeof value === 'object' ? { ...all[name], ...value } : value;
  return all;
};
