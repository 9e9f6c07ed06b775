import { exampleOf } from './example-of.js';
import type { HeaderName } from './headers.js';
import { headersWith } from './headers.js';
import type { Operation } from './operations.js';
import type { SchemaName } from './schemas.js';
import { refTo } from './schemas.js';
import { statuses } from './statuses.js';

type ErrorStatus = keyof typeof statuses;

const json = (schemas: readonly SchemaName[], example: unknown) => ({
  'application/json': { schema: schemas.length === 1 ? refTo(schemas[0]!) : { anyOf: schemas.map(refTo) }, example },
});

/** Headers of an error status beside the common ones. */
const errorHeaders: Partial<Record<ErrorStatus, HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  409: ['Retry-After', 'Content-Location'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

const errorResponse = (status: ErrorStatus, description: string, example: unknown, schemas: readonly SchemaName[] = ['Error']) => ({
  description,
  headers: headersWith(errorHeaders[status]),
  content: json(schemas, example),
});

/** Returns the error responses that several operations share, by status. */
export const sharedResponses = (schemas: Record<string, object>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(statuses).map(([status, { means, example }]) => [
      status,
      status === '422'
        ? errorResponse(422, means, exampleOf(schemas, refTo('ValidationError')), ['ValidationError', 'Error'])
        : errorResponse(Number(status) as ErrorStatus, means, { detail: example }),
    ]),
  );

/** Statuses of every call: errors of HTTP itself, the rate limit, and errors of the service. */
const ofEveryCall: ErrorStatus[] = [400, 405, 408, 413, 429, 431, 500, 503];

/** Returns the responses of an operation. */
export const responsesOf = (schemas: Record<string, object>, { reply, replyHeaders, body, also }: Operation, isProtected: boolean): Record<string, object> => {
  const shared = [...ofEveryCall, ...(isProtected ? ([401, 403, 422] as const) : []), ...(body ? ([415] as const) : [])];
  return {
    200: {
      description: 'Successful Response',
      headers: headersWith(replyHeaders),
      content: reply === 'events' ? { 'text/event-stream': { schema: { type: 'string' }, example: eventExample } } : json([reply], exampleOf(schemas, refTo(reply))),
    },
    ...Object.fromEntries(shared.map((status) => [status, { $ref: `#/components/responses/${status}` }])),
    ...Object.fromEntries(Object.entries(also).map(([status, description]) => [status, ownResponse(schemas, Number(status), description, replyHeaders)])),
  };
};

/** A meaning that a status has only for one operation, with the schemas of its body. */
export type OwnResponse = string | { description: string; schemas: readonly SchemaName[] };

const ownResponse = (schemas: Record<string, object>, status: number, own: OwnResponse, replyHeaders: readonly HeaderName[] | undefined) => {
  if (typeof own !== 'string') return errorResponse(status as ErrorStatus, own.description, exampleOf(schemas, refTo(own.schemas[0]!)), own.schemas);
  if (status < 400) return { description: own, headers: headersWith(replyHeaders) };
  return errorResponse(status as ErrorStatus, own, { detail: statuses[status as ErrorStatus].example });
};

const eventExample = 'event: progress\nid: 3\ndata: {"status":"origin_mapped","done":false}\n\n';
