import { crossroadsLog, integrationStatus, resetList, resetProgress, resetReply, resetSummary, routing, tokenReply } from '@crossroads/contract';
import { z } from 'zod';

/** Schemas for users of the client, by their public names. */
const schemas = {
  IntegrationStatus: integrationStatus,
  Routing: routing,
  CrossroadsLogV2: crossroadsLog,
  ResetReply: resetReply,
  ResetProgress: resetProgress,
  ResetSummary: resetSummary,
  ResetList: resetList,
  TokenReply: tokenReply,
};

/** Generates the wire types as plain TypeScript, so that the client needs neither zod nor other packages of this repository. */
export const clientTypes = {
  path: 'libs/client/src/wire.ts',
  print: () => {
    const registry = z.registry();
    for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
    const printed = Object.entries(z.toJSONSchema(registry, { io: 'output', uri: (id) => id }).schemas).map(([name, schema]) => declaration(name, schema));
    return `/** Replies of the Crossroads API. Printed from the schemas the server itself is held to, by \`npm run generate\`. */\n\n${printed.join('\n\n')}\n`;
  },
};

const declaration = (name, schema) =>
  schema.type === 'object' ? `export interface ${name} ${typeOf(schema)}` : `export type ${name} = ${typeOf(schema)};`;

const typeOf = (schema, indent = '') => {
  if (schema.$ref) return schema.$ref;
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if ('const' in schema) return `'${schema.const}'`;
  if (schema.enum) return schema.enum.map((word) => `'${word}'`).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ type }, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array': {
      const items = typeOf(schema.items, indent);
      return items.includes(' | ') ? `(${items})[]` : `${items}[]`;
    }
    case 'object':
      return schema.properties ? members(schema, `${indent}  `, indent) : 'Record<string, unknown>';
    default:
      throw new Error(`This schema has no TypeScript type yet; add it to client-types.mjs: ${JSON.stringify(schema)}`);
  }
};

const members = ({ properties, required = [] }, inner, outer) => {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? `${inner}/** ${schema.description} */\n` : '';
    return `${comment}${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};`;
  });
  return `{\n${lines.join('\n')}\n${outer}}`;
};
