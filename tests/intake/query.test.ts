import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../../apps/intake/src/routes.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('query')));
afterAll(() => fixture.close());

const unknown = (name: string, input: string) => ({ type: 'extra_forbidden', loc: ['query', name], msg: 'Extra inputs are not permitted', input });

describe('an unknown query parameter is rejected', () => {
  test.each(routes.filter(({ scope }) => scope !== undefined).map(({ method, path }) => [method.toUpperCase(), path]))('by %s %s', async (method, path) => {
    const { status, body } = await fixture.call(`${path.replace(':correlationId', 'some-unknown-id')}?dry_run=true`, { method, headers: to('Beta'), ...(method === 'POST' && { body: {} }) });
    expect([status, body]).toEqual([422, { detail: [unknown('dry_run', 'true')] }]);
  });

  test('and no reset is stored', async () => {
    const order = await fixture.deliver();
    const before = await fixture.sagas();
    const { status } = await fixture.call('/v1/order/reset?dry_run=true', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    expect([status, await fixture.sagas()]).toEqual([422, before]);
  });

  test('together with the invalid ones', async () => {
    const { body } = await fixture.call('/v1/order/reset?limit=1000&order_numbr=1&order_number=2');
    expect(body.detail).toEqual([
      { type: 'less_than_equal', loc: ['query', 'limit'], msg: 'Input should be less than or equal to 200', input: '1000', ctx: { le: 200 } },
      unknown('order_numbr', '1'),
    ]);
  });

  test('but a request without credentials gets 401', async () => {
    expect((await fixture.call('/v1/order/reset?dry_run=true', { as: null })).status).toBe(401);
  });
});

describe('the limit of a list is read like FastAPI reads it', () => {
  test.each(['limit=%201', 'limit=%2B1', 'limit=0_1', 'limit=1.0', 'limit=200', ''])('%j gets 200', async (query) => {
    expect((await fixture.call(`/v1/order/reset?${query}`)).status).toBe(200);
  });

  test.each(['9007199254740993', '99999999999999999999', '9'.repeat(400)])('a limit of any size gets the limit of the field: %s', async (limit) => {
    const { status, body } = await fixture.call(`/v1/order/reset?limit=${limit}`);
    expect([status, body.detail[0]]).toEqual([422, { type: 'less_than_equal', loc: ['query', 'limit'], msg: 'Input should be less than or equal to 200', input: limit.slice(0, 256), ctx: { le: 200 } }]);
  });

  test.each([
    ['1e2', 'int_parsing'],
    ['', 'int_parsing'],
    ['0', 'greater_than_equal'],
    ['201', 'less_than_equal'],
    ['1&limit=2', 'int_type'],
  ])('limit=%s gets %s', async (limit, type) => {
    const { status, body } = await fixture.call(`/v1/order/reset?limit=${limit}`);
    expect([status, body.detail[0]]).toMatchObject([422, { type, loc: ['query', 'limit'] }]);
  });
});
