import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OrderRecord } from '@crossroads/store';
import { createIntakeFixture, tenants, to } from './intake-fixture.js';
import type { IntakeFixture, TenantName } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('direction')));
afterAll(() => fixture.close());

interface ResetCall {
  caller: TenantName;
  other: TenantName;
  id?: string;
  number?: string;
}

/** Returns the expected result: the id of the order to reset, or an error code. */
const model = (orders: readonly OrderRecord[], { caller, other, id, number }: ResetCall): string => {
  const mine = orders.flatMap((order) => {
    const { origin_tenant_name: from, destination_tenant_name: to } = order.routing;
    if (from === caller && to === other) return [{ order, number: order.origin_order_number, isOwn: true }];
    return to === caller && from === other ? [{ order, number: order.destination_order_number, isOwn: order.destination_number_by === undefined }] : [];
  });
  const matching = mine.filter((one) => (id === undefined ? one.number === number : one.order.order_id === id));
  const own = matching.filter(({ isOwn }) => isOwn);
  const meant = own.length > 0 ? own : matching;
  if (meant.length === 0) return 'request.order_not_found';
  if (meant.length > 1) return 'request.order_ambiguous';
  if (number !== undefined && meant[0]!.number !== number) return 'request.order_mismatch';
  return meant[0]!.order.order_id;
};

const tenant = fc.constantFrom(...tenants);
const number = fc.constantFrom('1', '2', '3', '4');
const anOrder = fc.record({ from: tenant, to: tenant, origin: number, destination: number, by: fc.constantFrom('destination', 'origin', 'crossroads') }).filter(({ from, to: dest }) => from !== dest);
// The numbers that a tenant gives to its orders are unique.
const someOrders = fc.uniqueArray(anOrder, { maxLength: 8, selector: ({ from, origin }) => `${from}/${origin}` });
const resetCall = fc.record({ caller: tenant, other: tenant, index: fc.option(fc.nat(9), { nil: undefined }), number: fc.option(number, { nil: undefined }) }).filter(({ index, number: named }) => index !== undefined || named !== undefined);

interface Made {
  from: TenantName;
  to: TenantName;
  origin: string;
  destination: string;
  /** Who chose the destination's number. */
  by: string;
}

const [there, back]: [Made, Made] = [{ from: 'Alpha', to: 'Beta', origin: '1', destination: '2', by: 'destination' }, { from: 'Beta', to: 'Alpha', origin: '3', destination: '1', by: 'destination' }];
const asAlpha = { caller: 'Alpha', other: 'Beta', index: undefined, number: undefined } as const;

/** One example of each result, because a random run may miss one: synced, not found, ambiguous, mismatch. */
const oneOfEach: [Made[], { caller: TenantName; other: TenantName; index: number | undefined; number: string | undefined }][] = [
  [[there], { ...asAlpha, number: '1' }],
  [[there], { ...asAlpha, number: '2' }],
  [[there, back], { ...asAlpha, number: '1' }],
  [[there, { ...back, by: 'origin' }], { ...asAlpha, number: '1' }],
  [[{ ...back, by: 'origin' }, { ...back, origin: '4' }], { ...asAlpha, number: '1' }],
  [[{ ...back, by: 'origin' }, { ...back, origin: '4', by: 'origin' }], { ...asAlpha, number: '1' }],
  [[there], { ...asAlpha, index: 0, number: '2' }],
];

test('every reset reaches the order that it names, in either direction, or ends with the right error code', async () => {
  fixture.working = false;
  const seen = new Set<string>();
  const orders = () => fixture.store.connection.db!.collection('orders');
  await fc.assert(
    fc.asyncProperty(someOrders, resetCall, async (wanted, { caller, other, index, number: named }) => {
      await orders().deleteMany({});
      const made: OrderRecord[] = [];
      for (const { from, to: dest, origin, destination, by } of wanted) {
        const chosen = by === 'destination' ? {} : { destination_number_by: by as 'origin' | 'crossroads' };
        made.push(await fixture.deliver({ origin_order_number: origin, destination_order_number: destination, ...chosen }, { from, to: dest }));
      }
      const id = index === undefined ? undefined : (made[index]?.order_id ?? 'f'.repeat(24));
      const expected = model(made, { caller, other, ...(id !== undefined && { id }), ...(named !== undefined && { number: named }) });

      const submitted = await fixture.call('/v1/order/reset', { as: caller, headers: to(other), body: { order: { order_id: id, order_number: named } } });
      await fixture.runSaga(submitted.body.log.saga_id);
      const { body } = await fixture.call(`/v1/order/reset/${submitted.body.log.correlation_id}`, { as: caller });
      const { log } = body;
      const outcome = body.status === 'synced' ? log.metadata.crossroads_order_id : log.detail.error;
      expect(outcome).toBe(expected);
      seen.add(body.status === 'synced' ? 'synced' : expected);
      const touched = (await orders().find({ version: { $ne: 7 } }).toArray()).map(({ _id }) => String(_id));
      const read = await fixture.call('/v1/order/get', { as: caller, headers: to(other), body: { order_id: id, order_number: named } });
      expect(read.status === 200 ? read.body._id : read.status).toBe(body.status === 'synced' ? expected : expected === 'request.order_not_found' ? 404 : 422);
      expect(touched).toEqual(body.status === 'synced' ? [expected] : []);
      if (body.status === 'synced') {
        expect([log.routing.origin_tenant_name, log.routing.destination_tenant_name]).toEqual([caller, other]);
        const order = made.find(({ order_id }) => order_id === expected)!;
        const theirs = order.routing.origin_tenant_name === caller ? order.destination_order_number : order.origin_order_number;
        expect(fixture.destination.received.at(-1)!.body).toContain(`"order_number":"${theirs}"`);
      }
    }),
    { numRuns: 250, examples: oneOfEach },
  );
  expect([...seen].sort()).toEqual(['request.order_ambiguous', 'request.order_mismatch', 'request.order_not_found', 'synced']);
}, 60_000);
