import type { Operation } from './docs/operations.js';
import { operations } from './docs/operations.js';
import { jsonSchemas, refTo } from './docs/schemas.js';
import { statuses } from './docs/statuses.js';

/** The API as an OpenAPI 3.1 document, made from the schemas that read the requests and type the replies. The same every time. */
export const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Crossroads order reset',
    version: '1.0.0',
    description:
      'Takes fuel orders back to the start. Errors are `{"detail": …}`: a list where fields are wrong, a sentence otherwise. Every reply carries X-Request-ID; every reply about a reset carries X-Correlation-ID.',
  },
  paths: pathsOf(operations),
  components: {
    securitySchemes: {
      api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Bound to one tenant and instance. Also taken as Authorization: Bearer.' },
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From /auth/token. X-Tenant-Name is required with it.' },
    },
    schemas: jsonSchemas(),
  },
});

const pathsOf = (all: readonly Operation[]): Record<string, Record<string, object>> => {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of all) paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  return paths;
};

const described = ({ id, summary, description, scope, parameters, body, reply, also }: Operation) => ({
  operationId: id,
  summary,
  description: scope === undefined ? description : `${description} Needs the scope \`${scope}\`.`,
  security: scope === undefined ? [] : [{ api_key: [] }, { token: [] }],
  parameters,
  ...(body && {
    requestBody: {
      required: !body.optional,
      content: { [body.type ?? 'application/json']: { schema: refTo(body.schema), ...(body.example && { example: body.example }) } },
    },
  }),
  responses: {
    200: reply === 'events' ? stream : { description: 'Successful Response', headers: replyHeaders, content: json(refTo(reply)) },
    ...Object.fromEntries(Object.entries(also).map(([status, description]) => [status, Number(status) < 400 ? { description: description } : plainly(description)])),
    ...(scope !== undefined && { 403: plainly(statuses[403].means) }),
    ...usual,
  },
});

const json = (schema: object) => ({ 'application/json': { schema } });

const plainly = (description: string) => ({ description, content: json(refTo('Error')) });

const later = (description: string) => ({ ...plainly(description), headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } });

const replyHeaders = { 'X-Request-ID': { description: 'Names this exchange.', schema: { type: 'string' } } };

const stream = { description: 'A stream of events', content: { 'text/event-stream': { schema: { type: 'string' } } } };

/** What any call may be answered with. */
const usual = {
  400: plainly(statuses[400].means),
  401: plainly(statuses[401].means),
  408: plainly(statuses[408].means),
  413: plainly(statuses[413].means),
  415: plainly(statuses[415].means),
  422: { description: statuses[422].means, content: json({ anyOf: [refTo('ValidationError'), refTo('Error')] }) },
  429: later(statuses[429].means),
  500: plainly(statuses[500].means),
  503: later(statuses[503].means),
};
