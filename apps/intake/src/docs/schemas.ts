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
  tokenReply,
  tokenRequest,
  updateStatus,
  validationError,
} from '@crossroads/contract';
import { z } from 'zod';

/** What may be sent. */
const requests = { ResetRequest: resetRequest, ResetDecision: resetDecision, CreateOrder: createOrder, SaveBol: saveBol, SaveDrop: saveDrop, UpdateStatus: updateStatus, TokenRequest: tokenRequest };

/** What is answered. */
const replies = {
  CrossroadsLogV2: crossroadsLog,
  ResetReply: resetReply,
  ResetProgress: resetProgress,
  ResetList: resetList,
  OrderReply: orderReply,
  TokenReply: tokenReply,
  Error: plainError,
  ValidationError: validationError,
};

export type SchemaName = keyof typeof requests | keyof typeof replies;

export const refTo = (name: SchemaName): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** The schemas of the contract as JSON Schema, each under its name. Requests as they are sent, before defaults and transforms. */
export const jsonSchemas = (): Record<string, object> => ({ ...rendered(requests, 'input'), ...rendered(replies, 'output') });

const rendered = (schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, object> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: made } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` });
  // In a document that holds them all, what a reference points at has no id of its own.
  return Object.fromEntries(Object.entries(made).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]));
};

/** JSON Schema of each parameter of a query. */
export const queryParameters = (schema: z.ZodObject): object[] =>
  Object.entries(schema.shape).map(([name, field]) => {
    const { $schema: _, description, ...rest } = z.toJSONSchema(field as z.ZodType, { io: 'output' });
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest };
  });
