import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RetryableError } from '@crossroads/saga';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture, TenantName } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('texts')));
afterAll(() => fixture.close());

const reset = async (order: object, other = 'Beta', as: TenantName = 'Alpha') => {
  const { body } = await fixture.call('/v1/order/reset', { as, headers: to(other), body: { order } });
  await fixture.over(body.log.correlation_id, as);
  return (await fixture.call(`/v1/order/reset/${body.log.correlation_id}?logs=all`, { as })).body;
};
const titlesOf = ({ logs }: { logs: { title: string; detail: { message_short: string } }[] }) => {
  expect(logs.slice(1).map(({ detail }) => detail.message_short)).toEqual(logs.slice(1).map(({ title }) => title));
  return logs.map(({ title }) => title);
};

describe('the titles of a log are words of the caller', () => {
  test('if the order is not found', async () => {
    expect(titlesOf(await reset({ order_number: 'unknown' }))).toEqual(['Reset accepted', 'Order not found']);
  });

  test('if the destination is unavailable for a moment', async () => {
    const { origin_order_number } = await fixture.deliver();
    fixture.destination.answers.push(new RetryableError('destination.unavailable', 'Beta One replied with HTTP 503.'));
    expect(titlesOf(await reset({ order_number: origin_order_number }))).toEqual([
      'Reset accepted',
      'Order found and locked',
      'Deliveries saved to the audit log',
      'BOLs and executed drops cleared',
      'Progression set to NO_PROGRESS',
      'Request to the destination prepared',
      'Reset could not be delivered',
      'Reset accepted by the destination',
    ]);
  });

  test('if the destination rejects the reset', async () => {
    const { origin_order_number } = await fixture.deliver();
    fixture.destination.answers.push('rejected');
    expect(titlesOf(await reset({ order_number: origin_order_number })).slice(-5)).toEqual([
      'Reset rejected by the destination',
      'Progression restored',
      'Deliveries restored',
      'Saved deliveries kept in the audit log',
      'Order unlocked',
    ]);
  });

  test('if a person at the destination must approve', async () => {
    const { origin_order_number } = await fixture.deliver();
    fixture.destination.answers.push('requested');
    const { body } = await fixture.call('/v1/order/reset', { headers: [...to('Beta'), ['Prefer', 'wait=20']], body: { order: { order_number: origin_order_number } } });
    expect([body.status, body.log.title]).toEqual(['requested', 'Waiting for approval at the destination']);
  });
});

describe('an order that is not found', () => {
  beforeAll(() => fixture.deliver({ origin_order_number: '4711' }));
  const other = (name: string) => `Order not found for number: 4711, between you and ${name}. Check it, and the spelling of the tenant in X-Dest-Tenant-Name.`;

  // Gamma exists, and Betta does not.
  test.each(['Betta', 'Gamma'])('with %s as the other tenant gets a text that names what to check', async (name) => {
    const got = await fixture.call('/v1/order/get', { headers: to(name), body: { order: { order_number: '4711' } } });
    expect([got.status, got.body]).toEqual([404, { detail: other(name) }]);
    expect((await reset({ order_number: '4711' }, name)).message).toBe(other(name));
  });

  test('without another tenant gets only the number', async () => {
    const got = await fixture.call('/v1/order/get', { as: 'Gamma', body: { order: { order_number: '4711' } } });
    expect([got.status, got.body]).toEqual([404, { detail: 'Order not found for number: 4711' }]);
  });
});

test('two orders that were both sent to the caller are not described as one created and one sent', async () => {
  for (const origin of ['S-1', 'S-2']) await fixture.deliver({ origin_order_number: origin, destination_order_number: 'twice' }, { from: 'Beta', to: 'Alpha' });
  const got = await fixture.call('/v1/order/get', { headers: to('Beta'), body: { order: { order_number: 'twice' } } });
  expect([got.status, got.body]).toEqual([422, { detail: 'Two of your orders have the number twice. Send order_id.' }]);
  expect((await reset({ order_number: 'twice' })).message).toBe('Two orders between you and Beta have the number twice. Send the order_id instead.');
});
