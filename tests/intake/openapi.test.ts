import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../apps/intake/src/openapi.js';
import { intakeWorld, to } from './world.js';
import type { Call, IntakeWorld, Reply } from './world.js';

interface Operation {
  parameters: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object; example?: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

const document = openApiDocument();
const operation = (method: string, path: string) => (document.paths[path] as Record<string, Operation>)[method]!;
const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'api');

let world: IntakeWorld;
beforeAll(async () => {
  world = await intakeWorld('openapi');
  await world.deliver({ origin_order_number: '4711' });
});
afterAll(() => world.close());

/** Holds a reply to the document: the status is documented, and the body is what the document says. */
const holds = (method: string, path: string, reply: Reply): void => {
  const documented = operation(method, path).responses[String(reply.status)];
  expect([method, path, reply.status, documented !== undefined]).toEqual([method, path, reply.status, true]);
  const pointer = `api#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method}/responses/${reply.status}/content/application~1json/schema`;
  if (!documented?.content?.['application/json']) return;
  const validate = ajv.getSchema(pointer)!;
  void validate(reply.body);
  expect(validate.errors ?? []).toEqual([]);
};

test('the document is OpenAPI 3.1, the same each time, and the one that is served', async () => {
  expect(document.openapi).toBe('3.1.0');
  expect(openApiDocument()).toEqual(document);
  expect((await world.call('/openapi.json', { as: null })).body).toEqual(JSON.parse(JSON.stringify(document)));
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
  expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
});

test('every route is in it, with all its path parameters', () => {
  expect(Object.keys(document.paths)).toHaveLength(12);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const { parameters } of Object.values(methods) as Operation[]) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([path, inPath]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
    }
  }
});

describe('live replies are as documented', () => {
  const example = (path: string) => Object.values(operation('post', path).requestBody!.content)[0]!.example;

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, with its example', async (path) => {
    const reply = await world.call(path, { headers: to('Beta'), body: example(path) });
    expect([path, reply.status, reply.text]).toEqual([path, 200, reply.text]);
    holds('post', path, reply);
  });

  test.each(['/v1/order/create', '/v1/order/get', '/v1/order/save_bol', '/v1/order/save_drop', '/v1/order/update_status', '/v1/order/reset'])('POST %s, refused', async (path) => {
    const calls: Call[] = [{ body: {} }, { body: 'x' }, { body: 'null' }, { as: null, body: {} }, { body: Buffer.from([0xff]) }, { body: 'x'.repeat(300_000) }, { body: { ...example(path), order: { order_number: 'nobody' } } }];
    for (const call of calls) holds('post', path, await world.call(path, { method: 'POST', headers: to('Beta'), ...call }));
    holds('post', path, await world.call(path, { method: 'POST', headers: [...to('Beta'), ['X-Tenant-Name', 'Gamma']], body: example(path)! }));
  });

  test('a reset from beginning to end', async () => {
    const order = await world.deliver();
    world.destination.answers.push('requested');
    const submitted = await world.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const id = submitted.body.log.correlation_id as string;
    const show = '/v1/order/reset/{correlation_id}';
    for (let status = ''; status !== 'requested'; ) {
      const reply = await world.call(`/v1/order/reset/${id}`);
      holds('get', show, reply);
      status = reply.body.status;
    }
    holds('post', `${show}/cancel`, await world.call(`/v1/order/reset/${id}/cancel`, { method: 'POST' }));
    holds('post', `${show}/accept`, await world.call(`/v1/order/reset/${id}/accept`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/accept`) }));
    holds('post', `${show}/reject`, await world.call(`/v1/order/reset/${id}/reject`, { as: 'Beta', headers: to('Alpha'), body: example(`${show}/reject`) }));
    holds('get', show, await world.over(id));
    holds('get', show, await world.call('/v1/order/reset/unknown-to-all'));
    holds('get', '/v1/order/reset', await world.call('/v1/order/reset?limit=2'));
    holds('get', '/v1/order/reset', await world.call('/v1/order/reset?limit=0'));
    const events = await world.call(`/v1/order/reset/${id}/events`);
    expect([events.status, events.headers['content-type']]).toEqual([200, expect.stringContaining('text/event-stream')]);
  });

  test('a token', async () => {
    const form = `client_id=${world.client.id}&client_secret=${world.client.secret}`;
    for (const body of [form, 'client_id=x', 'client_id=x&client_secret=y']) {
      holds('post', '/auth/token', await world.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body }));
    }
  });
});

test('the page for people needs nothing but itself', async () => {
  const { status, text, headers } = await world.call('/docs', { as: null });
  expect([status, headers['content-security-policy']]).toEqual([200, expect.stringContaining("default-src 'none'")]);
  expect(text).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)="(?:https?:)?\/\//);
  for (const path of Object.keys(document.paths)) expect(text).toContain(path);
});
