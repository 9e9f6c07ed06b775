import {
  createOrder,
  crossroadsLog,
  orderReply,
  plainError,
  resetDecision,
  resetList,
  resetProgress,
  resetReply,
  resetRequest,
  saveBol,
  saveDrop,
  tokenError,
  tokenReply,
  tokenRequest,
  updateStatus,
  validationError,
} from '@crossroads/contract';
import { z } from 'zod';

/** The id and the secret may be sent as HTTP Basic instead. */
const tokenForm = tokenRequest.partial();

/** Schemas of request bodies. */
const requests = { ResetRequest: resetRequest, ResetDecision: resetDecision, CreateOrder: createOrder, SaveBol: saveBol, SaveDrop: saveDrop, UpdateStatus: updateStatus, TokenRequest: tokenForm };

/** Schemas of response bodies. */
const replies = {
  CrossroadsLogV2: crossroadsLog,
  ResetReply: resetReply,
  ResetProgress: resetProgress,
  ResetList: resetList,
  OrderReply: orderReply,
  TokenReply: tokenReply,
  TokenError: tokenError,
  Error: plainError,
  ValidationError: validationError,
};

export type SchemaName = keyof typeof requests | keyof typeof replies;

export const refTo = (name: SchemaName): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** Returns the schemas of the contract as JSON Schema, by name. Those of requests describe the input, before defaults and transforms. */
export const jsonSchemas = (): Record<string, object> => ({ ...toJsonSchemas(requests, 'input'), ...toJsonSchemas(replies, 'output') });

const toJsonSchemas = (schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, object> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: converted } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    // Members may be added to a reply, so a reader must not reject unknown ones.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  // References point into one document, so the schemas need no id of their own.
  return Object.fromEntries(Object.entries(converted).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]));
};

/** Returns the parameters of a query, with their JSON Schemas. */
export const queryParameters = (schema: z.ZodObject): object[] =>
  Object.entries(schema.shape).map(([name, field]) => {
    const { $schema: _, description, ...rest } = z.toJSONSchema(field as z.ZodType, { io: 'output' });
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest };
  });
