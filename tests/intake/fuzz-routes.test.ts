import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openApiPath } from '../../apps/intake/src/docs/openapi.js';
import type { Route } from '../../apps/intake/src/http/register-routes.js';
import { openApiDocument, routes } from '../../apps/intake/src/routes.js';
import { CORRELATION_ID } from '@crossroads/contract';
import type { Call, IntakeFixture } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { JsonSchema } from './schema-arbitrary.js';
import { almostMatching, hostileTexts, valuesOf } from './schema-arbitrary.js';

/** A long run: `FUZZ_PER_ROUTE=20000 FUZZ_SEED=1 npx jest tests/intake/fuzz-routes`. It also reports durations and memory. */
const perRoute = Number(process.env['FUZZ_PER_ROUTE'] ?? 100);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Requests generated at once. */
const portion = 500;
const senders = 16;
const slowMs = 500;

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

let fixture: IntakeFixture;
beforeAll(async () => {
  fixture = await createIntakeFixture('fuzz-routes');
  await fixture.deliver();
  // The order of the examples.
  await fixture.deliver({ origin_order_number: '4711' });
  const order = await fixture.deliver();
  const id: [string, string] = ['X-Correlation-ID', knownId];
  await fixture.call('/v1/order/reset', { headers: [...to('Beta'), id], body: { order: { order_number: order.origin_order_number } } });
  await fixture.over(knownId);
  // From here on no reset finishes, so no request may wait for one.
  fixture.working = false;
});
afterAll(() => fixture.close());

const knownId = 'a-finished-reset';

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

const requestsOf = (route: Route): fc.Arbitrary<{ path: string; call: Call }> => {
  const operation = operationOf(route);
  const id = fc.oneof({ weight: 2, arbitrary: fc.constant(knownId) }, fc.constantFrom(...hostileTexts), almostMatching(CORRELATION_ID.source)).map((text) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?')).slice(0, 3_000));
  const method = route.method === 'get' ? fc.constantFrom('GET', 'GET', 'GET', 'HEAD') : fc.constant('POST');
  const as = fc.constantFrom('Alpha', 'Alpha', 'Alpha', 'Alpha', 'Alpha', 'Alpha', 'Beta', 'Gamma', null) as fc.Arbitrary<Call['as'] & (string | null)>;
  return fc
    .record({ id, method, as, headers: headersOf(operation.parameters), query: queryOf(operation.parameters), body: bodiesOf(operation) })
    .map(({ id: name, query, body, ...call }) => ({ path: `${route.path.replace(':correlationId', name)}${query}`, call: { ...call, ...body } }));
};

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);

test.each(routes.map((route) => [route.method.toUpperCase(), route.path, route] as const))(
  `%s %s: ${perRoute} requests, none of which causes an internal error (seed ${seed})`,
  async (method, path, route) => {
    const requests = requestsOf(route);
    const count: Record<number, number> = {};
    const bad: string[] = [];
    const durations: string[] = [];
    const memory = [megabytes()];
    let slowest = 0;
    for (let sent = 0; sent < perRoute; sent += portion) {
      const queue = fc.sample(requests, { numRuns: Math.min(portion, perRoute - sent), seed: seed + sent });
      const send = async (): Promise<void> => {
        for (let next = queue.pop(); next; next = queue.pop()) {
          const { status, ms, text } = await fixture.call(next.path, next.call);
          count[status] = (count[status] ?? 0) + 1;
          slowest = Math.max(slowest, ms);
          const shown = `${status} ${Math.round(ms)} ms ${method} ${next.path} ${JSON.stringify({ ...next.call, body: String(next.call.body).slice(0, 2_000) })} ${text.slice(0, 200)}`;
          if (status >= 500) bad.push(shown);
          if (ms > slowMs) durations.push(shown.slice(0, 300));
        }
      };
      await Promise.all(Array.from({ length: senders }, send));
      bad.push(...fixture.logged.filter((line) => line.startsWith('error')));
      fixture.logged.length = 0;
      if ((sent / portion) % 10 === 9) memory.push(megabytes());
    }
    expect(bad.slice(0, 5)).toEqual([]);
    expect(Object.values(count).reduce((sum, each) => sum + each, 0)).toBe(perRoute);
    if (perRoute > 1_000) process.stdout.write(`fuzz ${method} ${path}: seed ${seed}, ${JSON.stringify(count)}, slowest ${Math.round(slowest)} ms, ${durations.length} above ${slowMs} ms, memory ${memory.join(' ')} MB\n${durations.slice(0, 3).join('\n')}`);
  },
  3_600_000,
);
