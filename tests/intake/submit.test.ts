import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IntakeFixture, Reply } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('submit')));
afterAll(() => fixture.close());

const submit = (order_number: string, headers: [string, string][] = [], as: 'Alpha' | 'Beta' | null = 'Alpha', dest = as === 'Beta' ? 'Alpha' : 'Beta'): Promise<Reply> =>
  fixture.call('/v1/order/reset', { as, headers: [...to(dest), ...headers], body: { order: { order_number } } });

/** The example of the 200 reply in the specification. The order of `message` and `log` differs; JSON ignores it. */
const documented = JSON.parse(readFileSync(new URL('documented-reply.json', `file://${__dirname}/`), 'utf8')) as { status: string; log: Record<string, unknown>; message: string };

/** Returns keys and types of a value, in order, to compare two values by their structure. */
const shape = (value: unknown): unknown => {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
};

describe('the 200 reply', () => {
  test('does not change, character for character', async () => {
    fixture.working = false;
    const order = await fixture.deliver();
    const reply = await submit(order.origin_order_number, [['X-Correlation-ID', 'golden-0001']]);
    fixture.working = true;
    expect(reply.status).toBe(200);
    const { _id, date, saga_id } = reply.body.log;
    expect([_id, date, saga_id]).toEqual([
      expect.stringMatching(/^[a-f0-9]{24}$/),
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
    const frozen = {
      status: 'pending',
      message: 'The request has been accepted and is being processed asynchronously.',
      log: {
        _id,
        title: 'Reset accepted',
        date,
        status: 'pending',
        severity: 'low',
        routing: {
          origin_tenant_id: 'alpha',
          origin_tenant_name: 'Alpha',
          origin_source_system: 'webhook',
          origin_source_system_id: 'alpha-sys',
          origin_instance_id: 'alpha-1',
          origin_instance_name: 'Alpha One',
          destination_tenant_id: null,
          destination_tenant_name: 'Beta',
          destination_source_system: null,
          destination_source_system_id: null,
          destination_instance_id: null,
          destination_instance_name: null,
        },
        detail: { category: 'crossroads', message: 'Accepted; it will be processed.', message_short: 'Accepted', traceback: null, error: null },
        metadata: { type: 'order', group_id: order.origin_order_number, origin_order_number: order.origin_order_number, crossroads_order_id: null },
        worker_name: 'Crossroads',
        correlation_id: 'golden-0001',
        retried: false,
        saga_id,
        saga_type: 'reset_order',
        send_notification: false,
        outbound_request: {},
        inbound_request: {
          method: 'POST',
          path: '/v1/order/reset',
          headers: { 'X-Tenant-Name': 'Alpha', 'X-Dest-Tenant-Name': 'Beta' },
          body: { order: { order_number: order.origin_order_number } },
        },
      },
    };
    expect(reply.text).toBe(JSON.stringify(frozen));
  });

  test('has every documented member, in the documented order and with its type, once the order is known', async () => {
    const order = await fixture.deliver();
    const { body } = await submit(order.origin_order_number, [['Prefer', 'wait=10']]);
    expect(body.status).toBe('synced');
    expect(Object.keys(body)).toEqual(['status', 'message', 'log']);
    expect(Object.keys(body).sort()).toEqual(Object.keys(documented).sort());
    const { extra_data: _, ...log } = body.log;
    expect(Object.keys(log)).toEqual(Object.keys(documented.log));
    expect(shape(log.routing)).toEqual(shape(documented.log['routing']));
    expect(shape(log.metadata)).toEqual(shape(documented.log['metadata']));
    expect(Object.keys(log.detail).slice(0, 4)).toEqual(Object.keys(documented.log['detail'] as object));
    for (const key of ['_id', 'title', 'date', 'status', 'severity', 'worker_name', 'correlation_id', 'retried', 'saga_id', 'saga_type', 'send_notification']) {
      expect([key, typeof log[key]]).toEqual([key, typeof documented.log[key]]);
    }
  });

  test('has the headers that polling needs', async () => {
    const order = await fixture.deliver();
    const { headers, body } = await submit(order.origin_order_number);
    const id = body.log.correlation_id as string;
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-correlation-id': id,
      'content-location': `/v1/order/reset/${id}`,
      'retry-after': '1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'ratelimit-policy': expect.stringContaining('"submit"'),
    });
    expect(headers['link']).toContain('rel="status"');
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

describe('a repeat', () => {
  test('100 at once under one key are one reset with 100 equal replies', async () => {
    const order = await fixture.deliver();
    const before = await fixture.sagas();
    const replies = await Promise.all(Array.from({ length: 100 }, () => submit(order.origin_order_number, [['Idempotency-Key', 'hundred-at-once']])));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(200);
    expect(replies.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(99);
    expect((await fixture.sagas()) - before).toBe(1);
    await fixture.over(replies[0]!.body.log.correlation_id);
    expect((await submit(order.origin_order_number, [['Idempotency-Key', '"hundred-at-once"']])).text).toBe(replies[0]!.text);
  });

  test('100 at once under one correlation id are one reset', async () => {
    const order = await fixture.deliver();
    const before = await fixture.sagas();
    const replies = await Promise.all(Array.from({ length: 100 }, () => submit(order.origin_order_number, [['X-Correlation-ID', 'mine-and-only-mine']])));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await fixture.sagas()) - before).toBe(1);
  });

  test('under a used key with another body is rejected, and the first reset stays', async () => {
    const [one, other] = [await fixture.deliver(), await fixture.deliver()];
    const first = await submit(one.origin_order_number, [['Idempotency-Key', 'used']]);
    const before = await fixture.sagas();
    const reply = await submit(other.origin_order_number, [['Idempotency-Key', 'used']]);
    expect([reply.status, typeof reply.body.detail]).toEqual([422, 'string']);
    expect(await fixture.sagas()).toBe(before);
    expect((await submit(one.origin_order_number, [['Idempotency-Key', 'used']])).text).toBe(first.text);
  });

  test('under a used correlation id with another body is rejected with the path of the first reset', async () => {
    const [one, other] = [await fixture.deliver(), await fixture.deliver()];
    await submit(one.origin_order_number, [['X-Correlation-ID', 'used-before']]);
    const reply = await submit(other.origin_order_number, [['X-Correlation-ID', 'used-before']]);
    expect([reply.status, reply.headers['content-location']]).toEqual([409, '/v1/order/reset/used-before']);
  });

  test('by another tenant under the same key and id is another reset', async () => {
    const order = await fixture.deliver();
    const named: [string, string][] = [['Idempotency-Key', 'shared-name'], ['X-Correlation-ID', 'shared-name']];
    const alpha = await submit(order.origin_order_number, named);
    const beta = await submit(order.destination_order_number!, named, 'Beta');
    expect([alpha.status, beta.status]).toEqual([200, 200]);
    expect(alpha.body.log.saga_id).not.toBe(beta.body.log.saga_id);
  });

  test('under a key older than seven days is a new reset', async () => {
    const order = await fixture.deliver();
    const first = await submit(order.origin_order_number, [['Idempotency-Key', 'old']]);
    await fixture.over(first.body.log.correlation_id);
    await fixture.store.connection.db!.collection('sagas').updateOne({ idempotency_key: 'old' }, { $set: { accepted_at: new Date(Date.now() - 8 * 86_400_000) } });
    const second = await submit(order.origin_order_number, [['Idempotency-Key', 'old']]);
    expect(second.status).toBe(200);
    expect(second.body.log.saga_id).not.toBe(first.body.log.saga_id);
    expect(second.headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('authentication', () => {
  const token = async (form: string) => fixture.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body: form });

  test('a token is issued for a secret and requires X-Tenant-Name', async () => {
    const order = await fixture.deliver();
    const reply = await token(new URLSearchParams({ grant_type: 'password', client_id: fixture.client.id, client_secret: fixture.client.secret }).toString());
    expect(reply.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3600, scope: expect.stringMatching(/^order:reset /) });
    const bearer: [string, string] = ['Authorization', `Bearer ${reply.body.access_token}`];
    const without = await submit(order.origin_order_number, [bearer], null);
    expect([without.status, without.body.detail]).toEqual([422, [{ type: 'missing', loc: ['header', 'X-Tenant-Name'], msg: 'Field required', input: null }]]);
    expect((await submit(order.origin_order_number, [bearer, ['X-Tenant-Name', 'Alpha']], null)).status).toBe(200);
    expect((await submit(order.origin_order_number, [bearer, ['X-Tenant-Name', 'Gamma']], null)).status).toBe(403);
  });

  test.each([
    ['a wrong secret', 'client_id=client-1&client_secret=wrong', 401],
    ['an unknown client', 'client_id=unknown&client_secret=wrong', 401],
    ['no secret', 'client_id=client-1', 400],
    ['an unknown grant', 'grant_type=implicit&client_id=client-1&client_secret=x', 400],
    ['nothing', '', 400],
  ])('%s gets no token', async (_, form, status) => {
    const reply = await token(form);
    expect(reply.status).toBe(status);
    expect(reply.text).not.toContain('client-1');
  });

  test('headers that do not match the key are rejected', async () => {
    const order = await fixture.deliver();
    expect((await submit(order.origin_order_number, [['X-Tenant-Name', 'Alpha'], ['X-Origin-Instance-Name', 'Alpha One']])).status).toBe(200);
    expect((await submit(order.origin_order_number, [['X-Tenant-Name', 'Beta']])).status).toBe(403);
    expect((await submit(order.origin_order_number, [['X-Origin-Instance-Name', 'Beta One']])).status).toBe(403);
  });

  test('all invalid credentials get the same response', async () => {
    const wrong: [string, string][][] = [[], [['X-API-Key', 'nonsense']], [['X-API-Key', `crossroads_${'0'.repeat(16)}_${'A'.repeat(43)}`]], [['Authorization', 'Basic eDp5']], [['Authorization', 'Bearer a.b.c']]];
    const replies = await Promise.all(wrong.map((headers) => submit('1', headers, null)));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(401);
  });

  test.each<[string, () => [string, string][]]>([
    ['a key and a token', () => [['X-API-Key', fixture.keys.Alpha], ['Authorization', 'Bearer a.b.c']]],
    ['a key twice', () => [['X-API-Key', fixture.keys.Alpha], ['X-API-Key', fixture.keys.Alpha]]],
    ['a wrong key and HTTP Basic', () => [['X-API-Key', 'nonsense'], ['Authorization', 'Basic eDp5']]],
  ])('%s get the advice to send one of them', async (_, headers) => {
    const { status, body } = await submit('1', headers(), null);
    expect([status, body]).toEqual([401, { detail: 'The request has more than one credential. Send either X-API-Key or Authorization: Bearer, and send it once.' }]);
  });

  test('no secret is ever logged', async () => {
    const all = fixture.logged.join('\n');
    for (const secret of [...Object.values(fixture.keys), fixture.client.secret]) expect(all).not.toContain(secret.slice(-secretLength));
  });
});

/** Length of a secret in base64url. It may contain an underscore, the separator of a key. */
const secretLength = 43;
