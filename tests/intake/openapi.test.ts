import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnySchema } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiPath } from '../../apps/intake/src/docs/openapi.js';
import { allowedMethods } from '../../apps/intake/src/http/register-routes.js';
import { openApiDocument, routes } from '../../apps/intake/src/routes.js';
import { undocumentedParts } from './documented-replies.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { Call, IntakeFixture } from './intake-fixture.js';

interface Operation {
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters: { name: string; in: string; required?: boolean; description?: string }[];
  requestBody?: { content: Record<string, { schema: object; example?: object }> };
  responses: Record<string, { $ref?: string; description?: string; headers?: Record<string, object>; content?: Record<string, { schema: object; example?: unknown }> }>;
}

const document = openApiDocument();
const operation = (method: string, path: string) => (document.paths[path] as Record<string, Operation>)[method]!;
const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'api', components: document.components });

let fixture: IntakeFixture;
beforeAll(async () => {
  fixture = await createIntakeFixture('openapi');
  await fixture.deliver({ origin_order_number: '4711' });
});
afterAll(() => fixture.close());

test.each(['/openapi.json', '/docs'])('%s has no credentials, so a request serializes nothing', async (path) => {
  const serialized = jest.spyOn(JSON, 'stringify');
  const { status, bytes } = await fixture.call(path, { as: null });
  // The log of the fixture serializes its own lines.
  const lengths = serialized.mock.results.map(({ value }) => String(value).length);
  serialized.mockRestore();
  expect([status, bytes.length > 20_000]).toEqual([200, true]);
  expect(Math.max(0, ...lengths)).toBeLessThan(1_000);
});

test('the document is OpenAPI 3.1, always the same, and served by the intake', async () => {
  expect(document.openapi).toBe('3.1.0');
  expect(openApiDocument()).toEqual(document);
  expect((await fixture.call('/openapi.json', { as: null })).body).toEqual(JSON.parse(JSON.stringify(document)));
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
  expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
});

/** Routes for operations and documentation, which are not part of the API. */
const undocumented = ['/livez', '/readyz', '/openapi.json', '/docs'];

describe('every route', () => {
  test.each(routes.map(({ method, path, scope }) => [method, path, scope] as const))('%s %s is in the document, with its scope', (method, path, scope) => {
    if (undocumented.includes(path)) return expect([scope, document.paths[openApiPath(path)]]).toEqual([undefined, undefined]);
    const { description, security } = operation(method, openApiPath(path));
    expect([security.every((one) => 'api_key' in one || 'token' in one), /Requires the scope `(.+)`/.exec(description)?.[1]]).toEqual([scope !== undefined, scope]);
  });

  test.each([...new Set(routes.map(({ path }) => path))])('%s responds to other methods with 405, and to OPTIONS with 204', async (path) => {
    const allowed = allowedMethods(routes.filter((route) => route.path === path));
    const url = path.replace(':correlationId', 'some-unknown-id');
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => !allowed.includes(name))) {
      const { status, headers } = await fixture.call(url, { method });
      expect([method, status, headers['allow']]).toEqual([method, 405, allowed.join(', ')]);
    }
    const options = await fixture.call(url, { method: 'OPTIONS' });
    expect([options.status, options.text, options.headers['allow']]).toEqual([204, '', allowed.join(', ')]);
  });
});

test('the document has the path parameters of each route', () => {
  expect(Object.values(document.paths).flatMap((methods) => Object.keys(methods))).toHaveLength(routes.length - undocumented.length);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const { parameters } of Object.values(methods) as Operation[]) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([path, inPath]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
    }
  }
});

/** Every operation of the document. */
const all = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods as Record<string, Operation>).map(([method, one]) => [method, path, one] as const));

/** Every schema in the document, with its place. */
const schemasIn = (value: unknown, place: string): [place: string, schema: Record<string, unknown>][] => {
  if (typeof value !== 'object' || value === null) return [];
  const schema = value as Record<string, unknown>;
  return [[place, schema], ...Object.entries(schema).filter(([name]) => name !== 'examples' && name !== 'default').flatMap(([name, inner]) => schemasIn(inner, `${place}/${name}`))];
};

describe('the document', () => {
  test('allows further members in every reply', () => {
    expect(schemasIn(document.components.schemas, '').filter(([, { additionalProperties }]) => additionalProperties === false).map(([place]) => place)).toEqual([]);
  });

  test('describes every member of every body', () => {
    const members = schemasIn(document.components.schemas, '').flatMap(([place, { properties = {} }]) => Object.entries(properties as Record<string, { description?: string; anyOf?: { description?: string }[] }>).map(([name, one]) => [`${place}/${name}`, one.description ?? one.anyOf?.[0]?.description] as const));
    expect(members.length).toBeGreaterThan(100);
    expect(members.filter(([, description]) => !description).map(([place]) => place)).toEqual([]);
  });

  test('describes every operation, its parameters and its responses', () => {
    const tags = document.tags.map(({ name }) => name);
    expect([...new Set(all.flatMap(([, , one]) => one.tags))].toSorted()).toEqual(tags.toSorted());
    for (const [method, path, { summary, parameters, responses }] of all) {
      expect([method, path, summary !== '', parameters.filter(({ description }) => !description)]).toEqual([method, path, true, []]);
      for (const status of ['405', '408', '429', '431', '500', '503']) expect([method, path, status, responses[status]?.$ref]).toEqual([method, path, status, `#/components/responses/${status}`]);
    }
    expect(document.servers.map(({ url }) => url)).toEqual(['/', 'http://localhost:8080']);
  });

  const bodies = all.flatMap(([method, path, { requestBody, responses }]) => {
    const replies = Object.entries(responses).flatMap(([status, { content = {} }]) => Object.entries(content).map(([type, body]) => [`${method} ${path}, ${status}, ${type}`, body] as const));
    const requests = Object.entries(requestBody?.content ?? {}).filter(([type]) => type === 'application/json').map(([type, body]) => [`${method} ${path}, ${type}`, body] as const);
    return [...requests, ...replies];
  });
  const shared = Object.entries(document.components.responses as Operation['responses']).flatMap(([status, { content = {} }]) => Object.entries(content).map(([type, body]) => [`${status}, ${type}`, body] as const));

  test.each([...bodies, ...shared])('has a valid example: %s', (_, { schema, example }) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as AnySchema);
    void validate(example);
    expect([example === undefined, validate.errors ?? []]).toEqual([false, []]);
  });
});

/** The hook of the fixture compares each of these replies with the document. */
describe('actual replies match the document', () => {
  const example = (path: string) => Object.values(operation('post', path).requestBody!.content)[0]!.example;

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, with its example', async (path) => {
    const reply = await fixture.call(path, { headers: to('Beta'), body: example(path) });
    expect([path, reply.status, reply.text]).toEqual([path, 200, reply.text]);
  });

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, rejected', async (path) => {
    const calls: Call[] = [{ body: {} }, { body: 'x' }, { body: 'null' }, { as: null, body: {} }, { body: Buffer.from([0xff]) }, { body: 'x'.repeat(300_000) }, { body: { ...example(path), order: { order_number: 'no-such-order' } } }];
    for (const call of calls) await fixture.call(path, { method: 'POST', headers: to('Beta'), ...call });
    await fixture.call(path, { method: 'POST', headers: [...to('Beta'), ['X-Tenant-Name', 'Gamma']], body: example(path)! });
  });

  test('a reset from beginning to end', async () => {
    const order = await fixture.deliver();
    fixture.destination.answers.push('requested');
    const submitted = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const id = submitted.body.log.correlation_id as string;
    const show = '/v1/order/reset/{correlation_id}';
    for (let status = ''; status !== 'requested'; ) {
      const reply = await fixture.call(`/v1/order/reset/${id}`);
      status = reply.body.status;
    }
    await fixture.call(`/v1/order/reset/${id}/cancel`, { method: 'POST' });
    await fixture.call(`/v1/order/reset/${id}/accept`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/accept`) });
    await fixture.call(`/v1/order/reset/${id}/reject`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/reject`) });
    await fixture.over(id);
    await fixture.call('/v1/order/reset/unknown-to-all');
    await fixture.call('/v1/order/reset?limit=2');
    await fixture.call('/v1/order/reset?limit=0');
    const events = await fixture.call(`/v1/order/reset/${id}/events`);
    expect([events.status, events.headers['content-type']]).toEqual([200, expect.stringContaining('text/event-stream')]);
  });

  test('a token', async () => {
    const form = `client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`;
    for (const body of [form, 'client_id=x', 'client_id=x&client_secret=y']) {
      await fixture.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body });
    }
  });
});

test('the documentation page loads no external resources', async () => {
  const { status, text, headers } = await fixture.call('/docs', { as: null });
  expect([status, headers['content-security-policy']]).toEqual([200, expect.stringContaining("default-src 'none'")]);
  expect(text).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)="(?:https?:)?\/\//);
  for (const path of Object.keys(document.paths)) expect(text).toContain(path);
});

describe('the comparison of replies with the document', () => {
  const common = { 'x-request-id': 'x', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
  const json = { ...common, 'content-type': 'application/json; charset=utf-8' };
  const list = { method: 'GET', path: '/v1/order/reset?limit=1', status: 200, headers: json, text: '{"items":[],"next_cursor":null,"added_later":1}' };

  test('finds nothing in a documented reply', () => {
    expect(undocumentedParts(list)).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a member of another type', { text: '{"items":[],"next_cursor":7}' }, 'GET /v1/order/reset?limit=1: 200: the body/next_cursor must be'],
    ['a missing member', { text: '{"items":[]}' }, "GET /v1/order/reset?limit=1: 200: the body must have required property 'next_cursor'"],
    ['another header', { headers: { ...json, 'x-more': '1' } }, 'GET /v1/order/reset?limit=1: 200: the header x-more is not documented'],
    ['a header without its value', { headers: { ...json, 'retry-after': 'soon' }, status: 429, text: '{"detail":"x"}' }, 'GET /v1/order/reset?limit=1: 429: the header Retry-After must be integer'],
    ['a missing header', { headers: { ...json, 'x-request-id': undefined } }, 'GET /v1/order/reset?limit=1: 200: the header X-Request-ID is missing'],
    ['another content type', { headers: { ...common, 'content-type': 'text/html' } }, 'GET /v1/order/reset?limit=1: 200: the content type text/html is not documented'],
    ['another status', { status: 418 }, 'GET /v1/order/reset?limit=1: 418 is not documented'],
    ['an error without a detail', { path: '/nowhere', status: 404, text: '{}' }, "GET /nowhere: 404: the body must have required property 'detail'"],
  ])('finds %s', (_, change, difference) => {
    expect(undocumentedParts({ ...list, ...change }).filter((part) => part.startsWith(difference))).not.toEqual([]);
  });
});
