import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiPath } from '../../apps/intake/src/docs/openapi.js';
import { allowedMethods } from '../../apps/intake/src/http/register-routes.js';
import { openApiDocument, routes } from '../../apps/intake/src/routes.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { Call, IntakeFixture, Reply } from './intake-fixture.js';

interface Operation {
  description: string;
  security: object[];
  parameters: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object; example?: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

const document = openApiDocument();
const operation = (method: string, path: string) => (document.paths[path] as Record<string, Operation>)[method]!;
const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'api');

let fixture: IntakeFixture;
beforeAll(async () => {
  fixture = await createIntakeFixture('openapi');
  await fixture.deliver({ origin_order_number: '4711' });
});
afterAll(() => fixture.close());

/** Checks that the status of a reply is documented, and that its body matches the documented schema. */
const expectDocumented = (method: string, path: string, reply: Reply): void => {
  const documented = operation(method, path).responses[String(reply.status)];
  expect([method, path, reply.status, documented !== undefined]).toEqual([method, path, reply.status, true]);
  const pointer = `api#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method}/responses/${reply.status}/content/application~1json/schema`;
  if (!documented?.content?.['application/json']) return;
  const validate = ajv.getSchema(pointer)!;
  void validate(reply.body);
  expect(validate.errors ?? []).toEqual([]);
};

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
    expect([security.length > 0, /Requires the scope `(.+)`/.exec(description)?.[1]]).toEqual([scope !== undefined, scope]);
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

describe('actual replies match the document', () => {
  const example = (path: string) => Object.values(operation('post', path).requestBody!.content)[0]!.example;

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, with its example', async (path) => {
    const reply = await fixture.call(path, { headers: to('Beta'), body: example(path) });
    expect([path, reply.status, reply.text]).toEqual([path, 200, reply.text]);
    expectDocumented('post', path, reply);
  });

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, rejected', async (path) => {
    const calls: Call[] = [{ body: {} }, { body: 'x' }, { body: 'null' }, { as: null, body: {} }, { body: Buffer.from([0xff]) }, { body: 'x'.repeat(300_000) }, { body: { ...example(path), order: { order_number: 'no-such-order' } } }];
    for (const call of calls) expectDocumented('post', path, await fixture.call(path, { method: 'POST', headers: to('Beta'), ...call }));
    expectDocumented('post', path, await fixture.call(path, { method: 'POST', headers: [...to('Beta'), ['X-Tenant-Name', 'Gamma']], body: example(path)! }));
  });

  test('a reset from beginning to end', async () => {
    const order = await fixture.deliver();
    fixture.destination.answers.push('requested');
    const submitted = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const id = submitted.body.log.correlation_id as string;
    const show = '/v1/order/reset/{correlation_id}';
    for (let status = ''; status !== 'requested'; ) {
      const reply = await fixture.call(`/v1/order/reset/${id}`);
      expectDocumented('get', show, reply);
      status = reply.body.status;
    }
    expectDocumented('post', `${show}/cancel`, await fixture.call(`/v1/order/reset/${id}/cancel`, { method: 'POST' }));
    expectDocumented('post', `${show}/accept`, await fixture.call(`/v1/order/reset/${id}/accept`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/accept`) }));
    expectDocumented('post', `${show}/reject`, await fixture.call(`/v1/order/reset/${id}/reject`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/reject`) }));
    expectDocumented('get', show, await fixture.over(id));
    expectDocumented('get', show, await fixture.call('/v1/order/reset/unknown-to-all'));
    expectDocumented('get', '/v1/order/reset', await fixture.call('/v1/order/reset?limit=2'));
    expectDocumented('get', '/v1/order/reset', await fixture.call('/v1/order/reset?limit=0'));
    const events = await fixture.call(`/v1/order/reset/${id}/events`);
    expect([events.status, events.headers['content-type']]).toEqual([200, expect.stringContaining('text/event-stream')]);
  });

  test('a token', async () => {
    const form = `client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`;
    for (const body of [form, 'client_id=x', 'client_id=x&client_secret=y']) {
      expectDocumented('post', '/auth/token', await fixture.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body }));
    }
  });
});

test('the documentation page loads no external resources', async () => {
  const { status, text, headers } = await fixture.call('/docs', { as: null });
  expect([status, headers['content-security-policy']]).toEqual([200, expect.stringContaining("default-src 'none'")]);
  expect(text).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)="(?:https?:)?\/\//);
  for (const path of Object.keys(document.paths)) expect(text).toContain(path);
});
