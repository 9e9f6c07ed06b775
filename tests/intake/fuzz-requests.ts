import fc from 'fast-check';
import { CORRELATION_ID } from '@crossroads/contract';
import { openApiPath } from '../../apps/intake/src/docs/openapi.js';
import type { Route } from '../../apps/intake/src/http/register-routes.js';
import { openApiDocument } from '../../apps/intake/src/routes.js';
import type { Call } from './intake-fixture.js';
import type { JsonSchema } from './schema-arbitrary.js';
import { almostMatching, hostileTexts, valuesOf } from './schema-arbitrary.js';

interface Parameter {
  name: string;
  in: 'header' | 'query' | 'path';
  schema: JsonSchema;
}
interface Operation {
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: JsonSchema; example?: object }> };
}

const document = openApiDocument();
const resolve = (ref: string): JsonSchema => document.components.schemas[ref.split('/').at(-1)!] as JsonSchema;
const operationOf = ({ method, path }: Route): Operation => (document.paths[openApiPath(path)]?.[method] ?? { parameters: [] }) as Operation;

const inHeader = (value: unknown): string => String(value).replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 3_000);
const isHeld = (value: string): boolean => /wait\s*=\s*"?0*[1-9]/i.test(value);

const headersOf = (parameters: readonly Parameter[]): fc.Arbitrary<[string, string][]> => {
  const one = ({ name, schema }: Parameter): fc.Arbitrary<[string, string][]> => {
    const known: Record<string, string[]> = { 'X-Dest-Tenant-Name': ['Beta'], 'X-Tenant-Name': ['Alpha'], 'X-Origin-Instance-Name': ['Alpha One'], Prefer: ['wait=0', 'respond-async, wait=0'] };
    const odd = fc.oneof(fc.constantFrom(...hostileTexts), valuesOf(schema, resolve), almostMatching(CORRELATION_ID.source)).map(inHeader);
    const value = fc.oneof({ weight: 12, arbitrary: known[name] ? fc.constantFrom(...known[name]) : fc.uuid() }, { weight: 1, arbitrary: odd });
    const isUsual = name === 'X-Dest-Tenant-Name';
    return fc.tuple(fc.integer({ min: 0, max: 19 }), value).map(([chance, text]) => (isHeld(text) || (isUsual ? chance === 0 : chance > 2) ? [] : chance === 1 ? [[name, text], [name, text]] : [[name, text]]));
  };
  return fc.tuple(...parameters.filter((each) => each.in === 'header').map(one)).map((all) => all.flat());
};

const queryOf = (parameters: readonly Parameter[]): fc.Arbitrary<string> => {
  const one = ({ name, schema }: Parameter) => fc.tuple(fc.integer({ min: 0, max: 9 }), valuesOf(schema, resolve)).map(([chance, value]): [string, string][] => (chance > 2 ? [] : [[chance === 0 ? `${name}[$ne]` : name, String(value).slice(0, 1_500)]]));
  const encode = (pairs: [string, string][]) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '?'))}`).join('&');
  return fc.tuple(...parameters.filter((each) => each.in === 'query').map(one)).map((all) => (all.flat().length === 0 ? '' : `?${encode(all.flat())}`));
};

/** Returns the example with other values for at most two members, so that many requests are accepted. */
const changedExample = (example: object, { properties = {} }: JsonSchema): fc.Arbitrary<object> => {
  const members = Object.entries(properties).map(([name, schema]) => valuesOf(schema, resolve).map((value): [string, unknown] => [name, value]));
  return fc.array(fc.oneof(...members), { maxLength: 2 }).map((changes) => ({ ...example, ...Object.fromEntries(changes) }));
};

/** Returns bodies that match the schema, nearly match it, are cut or changed in one byte, or are too large. */
const bodiesOf = ({ requestBody }: Operation): fc.Arbitrary<Pick<Call, 'body' | 'type'>> => {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (!content) return fc.constant({});
  const written = (value: unknown): string => (type!.includes('form') ? new URLSearchParams(Object.entries((value ?? {}) as object).map(([name, each]) => [name, String(each)])).toString() : (JSON.stringify(value) ?? ''));
  const value = fc.oneof(valuesOf(content.schema, resolve), changedExample(content.example ?? {}, resolve(content.schema.$ref!)));
  const damaged = fc.tuple(value.map(written), fc.nat(), fc.nat(255), fc.boolean()).map(([text, place, byte, cut]) => {
    const bytes = Buffer.from(text);
    if (bytes.length > 0) bytes[place % bytes.length] = byte;
    return cut ? bytes.subarray(0, place % (bytes.length + 1)) : bytes;
  });
  const huge = fc.constantFrom('x', '1', '[', '{"a":', ' ', '"\\u0000",').map((part) => part.repeat(300_000 / part.length));
  const body = fc.oneof({ weight: 30, arbitrary: value.map((each) => Buffer.from(written(each))) }, { weight: 6, arbitrary: damaged }, { weight: 1, arbitrary: huge });
  return fc.tuple(body, fc.integer({ min: 0, max: 29 })).map(([each, chance]) => ({ body: each, type: chance === 0 ? 'text/plain' : chance === 1 ? null : type! }));
};

/** A request to send with `IntakeFixture.call`. */
export interface FuzzedRequest {
  path: string;
  call: Call;
}

/** Returns requests to a route, most of them nearly right. `knownId` is the correlation id of a finished reset. No request waits for a reset. */
export const requestsOf = (route: Route, knownId: string): fc.Arbitrary<FuzzedRequest> => {
  const operation = operationOf(route);
  const id = fc.oneof({ weight: 2, arbitrary: fc.constant(knownId) }, fc.constantFrom(...hostileTexts), almostMatching(CORRELATION_ID.source)).map((text) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?')).slice(0, 3_000));
  const method = route.method === 'get' ? fc.constantFrom('GET', 'GET', 'GET', 'HEAD') : fc.constant('POST');
  const as = fc.constantFrom('Alpha', 'Alpha', 'Alpha', 'Alpha', 'Alpha', 'Alpha', 'Beta', 'Gamma', null) as fc.Arbitrary<Call['as'] & (string | null)>;
  return fc
    .record({ id, method, as, headers: headersOf(operation.parameters), query: queryOf(operation.parameters), body: bodiesOf(operation) })
    .map(({ id: name, query, body, ...call }) => ({ path: `${route.path.replace(':correlationId', name)}${query}`, call: { ...call, ...body } }));
};
