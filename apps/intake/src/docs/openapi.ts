import type { Route } from '../http/register-routes.js';
import { responseHeaders } from './headers.js';
import type { Operation } from './operations.js';
import { tags } from './operations.js';
import { responsesOf, sharedResponses } from './responses.js';
import { jsonSchemas, queryParameters, refTo } from './schemas.js';

export type ApiDocument = ReturnType<typeof describeApi>;

type DocumentedRoute = Pick<Route, 'scope' | 'query'> & { docs: Operation };

/** Returns the documented routes as an OpenAPI 3.1 document. Its schemas are those that read the requests and type the replies. */
export const describeApi = (routes: readonly Route[]) => {
  const schemas = jsonSchemas();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Crossroads order reset',
      version: '1.0.0',
      description:
        'Resets fuel orders. Errors are `{"detail": …}`: a list if fields are invalid, otherwise a sentence. Every response has X-Request-ID. Every response about a reset has X-Correlation-ID. Members and headers may be added: ignore those that you do not know.',
    },
    servers: [
      { url: '/', description: 'The service that serves this document.' },
      { url: 'http://localhost:8080', description: 'The sandbox, started with `npm start`.' },
    ],
    tags: Object.values(tags),
    paths: pathsOf(routes, schemas),
    components: {
      securitySchemes: {
        api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Belongs to one tenant and instance. Also accepted as Authorization: Bearer.' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From /auth/token. Requires X-Tenant-Name.' },
        client: { type: 'http', scheme: 'basic', description: 'Id and secret of a client, only for /auth/token.' },
      },
      headers: responseHeaders,
      responses: sharedResponses(schemas),
      schemas,
    },
  };
};

const pathsOf = (routes: readonly Route[], schemas: Record<string, object>): Record<string, Record<string, object>> => {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, scope, query, docs } of routes) {
    if (!docs) continue;
    const documentedPath = openApiPath(path);
    paths[documentedPath] = { ...paths[documentedPath], [method]: operationObject({ scope, query, docs }, schemas) };
  }
  return paths;
};

/** Returns an Express path in OpenAPI's notation: `:correlationId` becomes `{correlation_id}`. */
export const openApiPath = (path: string): string => path.replaceAll(/:(\w+)/g, (_, name: string) => `{${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}}`);

const operationObject = ({ scope, query, docs }: DocumentedRoute, schemas: Record<string, object>) => {
  const { id, tag, summary, description, parameters, body } = docs;
  return {
    operationId: id,
    tags: [tags[tag].name],
    summary,
    description: scope === undefined ? description : `${description} Requires the scope \`${scope}\`.`,
    security: scope === undefined ? [{ client: [] }, {}] : [{ api_key: [] }, { token: [] }],
    parameters: [...parameters, ...(query ? queryParameters(query) : [])],
    ...(body && {
      requestBody: {
        required: !body.optional,
        description: body.optional ? 'May be omitted.' : 'Up to 16 kB for resets, and up to 256 kB for order calls.',
        content: { [body.type ?? 'application/json']: { schema: refTo(body.schema), ...(body.example && { example: body.example }) } },
      },
    }),
    responses: responsesOf(schemas, docs, scope !== undefined),
  };
};
