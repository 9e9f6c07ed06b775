import type { Route } from '../http/register-routes.js';
import type { Operation } from './operations.js';
import { jsonSchemas, queryParameters, refTo } from './schemas.js';
import { statuses } from './statuses.js';

export type ApiDocument = ReturnType<typeof describeApi>;

type DocumentedRoute = Pick<Route, 'method' | 'path' | 'scope' | 'query'> & { docs: Operation };

/** Returns the documented routes as an OpenAPI 3.1 document. Its schemas are those that read the requests and type the replies. */
export const describeApi = (routes: readonly Route[]) => ({
  openapi: '3.1.0',
  info: {
    title: 'Crossroads order reset',
    version: '1.0.0',
    description:
      'Resets fuel orders. Errors are `{"detail": …}`: a list if fields are invalid, otherwise a sentence. Every response has X-Request-ID. Every response about a reset has X-Correlation-ID.',
  },
  paths: pathsOf(routes),
  components: {
    securitySchemes: {
      api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Belongs to one tenant and instance. Also accepted as Authorization: Bearer.' },
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From /auth/token. Requires X-Tenant-Name.' },
    },
    schemas: jsonSchemas(),
  },
});

const pathsOf = (routes: readonly Route[]): Record<string, Record<string, object>> => {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, scope, query, docs } of routes) {
    if (!docs) continue;
    const documentedPath = openApiPath(path);
    paths[documentedPath] = { ...paths[documentedPath], [method]: operationObject({ method, path, scope, query, docs }) };
  }
  return paths;
};

/** Returns an Express path in OpenAPI's notation: `:correlationId` becomes `{correlation_id}`. */
export const openApiPath = (path: string): string => path.replaceAll(/:(\w+)/g, (_, name: string) => `{${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}}`);

const operationObject = ({ scope, query, docs: { id, summary, description, parameters, body, reply, also } }: DocumentedRoute) => ({
  operationId: id,
  summary,
  description: scope === undefined ? description : `${description} Requires the scope \`${scope}\`.`,
  security: scope === undefined ? [] : [{ api_key: [] }, { token: [] }],
  parameters: [...parameters, ...(query ? queryParameters(query) : [])],
  ...(body && {
    requestBody: {
      required: !body.optional,
      content: { [body.type ?? 'application/json']: { schema: refTo(body.schema), ...(body.example && { example: body.example }) } },
    },
  }),
  responses: {
    200: reply === 'events' ? eventStream : { description: 'Successful Response', headers: replyHeaders, content: json(refTo(reply)) },
    ...Object.fromEntries(Object.entries(also).map(([status, description]) => [status, Number(status) < 400 ? { description: description } : errorResponse(description)])),
    ...(scope !== undefined && { 403: errorResponse(statuses[403].means) }),
    ...commonResponses,
  },
});

const json = (schema: object) => ({ 'application/json': { schema } });

const errorResponse = (description: string) => ({ description, content: json(refTo('Error')) });

const retryLaterResponse = (description: string) => ({ ...errorResponse(description), headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } });

const replyHeaders = { 'X-Request-ID': { description: 'Identifies this request.', schema: { type: 'string' } } };

const eventStream = { description: 'A stream of events', content: { 'text/event-stream': { schema: { type: 'string' } } } };

/** The responses that every route can have. */
const commonResponses = {
  400: errorResponse(statuses[400].means),
  401: errorResponse(statuses[401].means),
  408: errorResponse(statuses[408].means),
  413: errorResponse(statuses[413].means),
  415: errorResponse(statuses[415].means),
  422: { description: statuses[422].means, content: json({ anyOf: [refTo('ValidationError'), refTo('Error')] }) },
  429: retryLaterResponse(statuses[429].means),
  500: errorResponse(statuses[500].means),
  503: retryLaterResponse(statuses[503].means),
};
