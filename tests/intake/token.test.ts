import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIntakeFixture, scopes, to } from './intake-fixture.js';
import type { IntakeFixture } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('token')));
afterAll(() => fixture.close());

const request = (body: string, authorization?: string, query = '') =>
  fixture.call(`/auth/token${query}`, { method: 'POST', as: null, type: 'application/x-www-form-urlencoded', body, headers: authorization === undefined ? [] : [['Authorization', authorization]] });
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const grant = 'grant_type=client_credentials';

const forms: [string, () => [body: string, authorization?: string]][] = [
  ['as a form', () => [`${grant}&client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`]],
  ['as a form with grant_type=password', () => [`grant_type=password&client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`]],
  ['as a form without a grant_type', () => [`client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`]],
  ['as HTTP Basic', () => [grant, basic(fixture.client.id, fixture.client.secret)]],
  ['as HTTP Basic, encoded', () => [grant, basic('client%2D1', fixture.client.secret)]],
  ['as HTTP Basic, with the same client_id in the form', () => [`${grant}&client_id=${fixture.client.id}&scope=order%3Areset`, basic(fixture.client.id, fixture.client.secret).replace('Basic', 'basic')]],
  ['as a form, next to a bearer token', () => [`client_id=${fixture.client.id}&client_secret=${fixture.client.secret}`, 'Bearer outdated']],
];

test.each(forms)('a client that sends its secret %s gets a token', async (_, call) => {
  const { status, body, headers } = await request(...call());
  const scope = call()[0].includes('scope=') ? 'order:reset' : scopes.join(' ');
  expect([status, body]).toEqual([200, { access_token: expect.any(String), token_type: 'bearer', expires_in: 3_600, scope }]);
  expect([headers['cache-control'], headers['content-type']]).toEqual(['no-store', 'application/json; charset=utf-8']);
  const list = await fixture.call('/v1/order/reset', { as: null, headers: [['Authorization', `Bearer ${body.access_token}`], ['X-Tenant-Name', 'Alpha']] });
  expect(list.status).toBe(200);
});

describe('an error has the members of RFC 6749 and a detail', () => {
  const errors: [string, () => [body: string, authorization?: string | undefined, query?: string], number, string][] = [
    ['a wrong secret in the form', () => [`${grant}&client_id=client-1&client_secret=wrong`], 401, 'invalid_client'],
    ['a wrong secret in HTTP Basic', () => [grant, basic('client-1', 'wrong')], 401, 'invalid_client'],
    ['an unknown client', () => [grant, basic('unknown', 'wrong')], 401, 'invalid_client'],
    ['HTTP Basic without a colon', () => [grant, `Basic ${Buffer.from('client-1').toString('base64')}`], 401, 'invalid_client'],
    ['HTTP Basic without credentials', () => [grant, 'Basic'], 401, 'invalid_client'],
    ['no credentials', () => [grant], 400, 'invalid_request'],
    ['an empty body', () => [''], 400, 'invalid_request'],
    ['another grant', () => [`grant_type=authorization_code&client_id=client-1&client_secret=${fixture.client.secret}`], 400, 'unsupported_grant_type'],
    ['a field twice', () => [`${grant}&client_id=client-1&client_id=client-1&client_secret=${fixture.client.secret}`], 400, 'invalid_request'],
    ['the secret in two ways', () => [`${grant}&client_secret=${fixture.client.secret}`, basic('client-1', fixture.client.secret)], 400, 'invalid_request'],
    ['two client ids', () => [`${grant}&client_id=client-2`, basic('client-1', fixture.client.secret)], 400, 'invalid_request'],
    ['the secret in the query', () => [grant, undefined, `?client_id=client-1&client_secret=${fixture.client.secret}`], 400, 'invalid_request'],
  ];

  test.each(errors)('for %s', async (_, call, status, error) => {
    const reply = await request(...call());
    expect([reply.status, reply.body]).toEqual([status, { error, error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/), detail: expect.anything() }]);
    expect([reply.headers['cache-control'], reply.headers['www-authenticate']]).toEqual(['no-store', status === 401 ? 'Basic realm="crossroads", charset="UTF-8"' : undefined]);
    expect(reply.text).not.toContain(fixture.client.secret);
  });

  test('whose detail is a list if fields are missing', async () => {
    expect((await request(grant)).body.detail).toEqual(['client_id', 'client_secret'].map((name) => ({ type: 'missing', loc: ['body', name], msg: 'Field required', input: null })));
  });
});

describe('the scope of a request', () => {
  const withScope = (scope: string) => request(`${grant}&client_id=${fixture.client.id}&client_secret=${fixture.client.secret}&scope=${encodeURIComponent(scope)}`);

  test('narrows the token, and the reply names the scopes of the token', async () => {
    const { status, body } = await withScope('order:get order:create order:get');
    expect([status, body.scope]).toEqual([200, 'order:get order:create']);
    const headers: [string, string][] = [['Authorization', `Bearer ${body.access_token}`], ['X-Tenant-Name', 'Alpha'], ...to('Beta')];
    expect((await fixture.call('/v1/order/get', { as: null, headers, body: { order_number: 'unknown' } })).status).toBe(404);
    const reset = await fixture.call('/v1/order/reset', { as: null, headers });
    expect([reset.status, reset.body.detail]).toEqual([403, expect.stringContaining('order:reset')]);
  });

  test.each(['order:rest', 'order:reset admin', 'ORDER:RESET', ' ', 'order:reset ', 'order:reset  order:get', 'order:reset,order:get', '"', '\u0000', '$ne'])('that the client does not have gets invalid_scope: %j', async (scope) => {
    const { status, body } = await withScope(scope);
    expect([status, body.error]).toEqual([400, 'invalid_scope']);
    expect(body).toEqual({ error: 'invalid_scope', error_description: body.detail, detail: expect.stringContaining('omit scope') });
  });

  test('of a wrong secret stays unknown to the sender', async () => {
    const { status, body } = await request(`${grant}&client_id=${fixture.client.id}&client_secret=wrong&scope=order:rest`);
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });
});

test('a parameter without a value counts as omitted', async () => {
  const { id, secret } = fixture.client;
  const { status, headers } = await request(`grant_type=&scope=&client_id=${id}&client_secret=${secret}`);
  expect([status, headers['pragma']]).toEqual([200, 'no-cache']);
});

test('a JSON body and a form above 16 kB get an error of RFC 6749 that names the cause', async () => {
  const json = await fixture.call('/auth/token', { method: 'POST', as: null, body: { client_id: 'a', client_secret: 'b' } });
  expect([json.status, json.body.error, json.body.error_description]).toEqual([400, 'invalid_request', expect.stringContaining('not as JSON')]);
  const large = await request(`client_id=${'x'.repeat(17_000)}`);
  expect([large.status, large.body.error, large.body.error_description]).toEqual([413, 'invalid_request', 'The form is larger than 16 kB.']);
});
