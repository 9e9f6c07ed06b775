import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture, TenantName } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('decisions')));
afterAll(() => fixture.close());

const submit = async () => {
  const order = await fixture.deliver();
  const { body } = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
  return { order, id: body.log.correlation_id as string, sagaId: body.log.saga_id as string };
};
const decide = (id: string, what: string, as: TenantName = 'Alpha', body: unknown = { reason_code: 'BECAUSE' }) =>
  fixture.call(`/v1/order/reset/${id}/${what}`, { as, method: 'POST', headers: to(as === 'Alpha' ? 'Beta' : 'Alpha'), ...(body !== null && { body }) });
const stored = async ({ order_id }: { order_id: string }) => (await fixture.call('/v1/order/get', { body: { order_id } })).body;
const requested = async () => {
  fixture.destination.answers.push('requested');
  const reset = await submit();
  await eventually(async () => {
    const saga = await fixture.store.connection.db!.collection('sagas').findOne({ correlation_id: reset.id });
    return saga?.['phase'] === 'awaiting_approval';
  });
  return reset;
};

describe('a reset that the destination must accept', () => {
  test('is synced after it accepts, also if it accepts twice', async () => {
    const { id, order } = await requested();
    const accepted = await decide(id, 'accept', 'Beta');
    expect([accepted.status, accepted.body.status, accepted.body.message, accepted.body.log.detail.message]).toEqual([200, 'synced', 'Accepted by Beta: BECAUSE.', 'Accepted by Beta: BECAUSE.']);
    expect((await fixture.over(id)).body).toMatchObject({ status: 'synced', done: true });
    expect((await decide(id, 'accept', 'Beta')).body.status).toBe('synced');
    expect((await decide(id, 'reject', 'Beta')).status).toBe(409);
    expect(await stored(order)).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });

  test('is compensated and rejected after it rejects', async () => {
    const { id, order } = await requested();
    expect((await decide(id, 'reject', 'Beta', null)).status).toBe(200);
    const { body } = await fixture.over(id);
    expect(body).toMatchObject({ status: 'rejected', message: 'Rejected by Beta. The order is restored to its state before the reset.', done: true });
    expect(await stored(order)).toMatchObject({ bols: order.bols, executed_drops: order.executed_drops, progression_state: 'COMPLETE' });
    expect((await decide(id, 'reject', 'Beta')).body.status).toBe('rejected');
    expect((await decide(id, 'accept', 'Beta')).status).toBe(409);
  });

  test('has one outcome if both decisions are sent at once, and all callers get it', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await requested();
      const replies = await Promise.all(['accept', 'reject', 'accept', 'reject'].map((what) => decide(id, what, 'Beta')));
      const won = replies.filter(({ status }) => status === 200).map(({ body }) => body.status as string);
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 409, 409]);
      expect(new Set(won).size).toBe(1);
      expect((await fixture.over(id)).body.status).toBe(won[0]);
    }
  });

  test('can be decided only by its destination, and not before it is requested', async () => {
    const { id } = await requested();
    expect((await decide(id, 'accept', 'Gamma')).status).toBe(404);
    expect((await decide(id, 'accept', 'Alpha')).status).toBe(404);
    await decide(id, 'accept', 'Beta');
    fixture.working = false;
    const early = await submit();
    const reply = await decide(early.id, 'accept', 'Beta');
    fixture.working = true;
    expect([reply.status, reply.body.detail]).toEqual([409, expect.stringContaining('pending')]);
    expect((await decide(early.id, 'cancel')).status).toBe(200);
  });

  test.each([[{ reason_code: 'x'.repeat(31) }], [{ reason_code: 5 }], ['not json'], [[]], ['null']])('is not decided by %j', async (body) => {
    expect((await decide('whatever-1', 'accept', 'Beta', body)).status).toBe(422);
  });
});

describe('canceling', () => {
  test('before a worker starts ends with canceled, and the order is unchanged', async () => {
    fixture.working = false;
    const { id, order, sagaId } = await submit();
    const reply = await decide(id, 'cancel');
    expect([reply.status, reply.body.status, reply.body.message]).toEqual([200, 'canceled', 'Canceled by Alpha: BECAUSE. Nothing was cleared.']);
    expect((await decide(id, 'cancel')).body.status).toBe('canceled');
    await fixture.runSaga(sagaId);
    fixture.working = true;
    expect((await fixture.over(id)).body).toMatchObject({ status: 'canceled', done: true });
    const after = await fixture.store.connection.db!.collection('orders').findOne({ origin_order_number: order.origin_order_number });
    expect(after).toMatchObject({ version: 7, bols: order.bols });
  });

  test('after the BOLs were cleared gets 409 with the next step', async () => {
    const { id } = await requested();
    const reply = await decide(id, 'cancel');
    expect([reply.status, reply.body.detail]).toEqual([409, expect.stringContaining('operator')]);
    await decide(id, 'accept', 'Beta');
  });

  test('a reset that is blocked by another ends with canceled', async () => {
    const first = await requested();
    const { body } = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_id: first.order.order_id } } });
    const second = body.log.correlation_id as string;
    await eventually(async () => (await fixture.call(`/v1/order/reset/${second}`)).body.step === 'resolve-order');
    expect((await decide(second, 'cancel')).body.status).toBe('canceled');
    expect((await fixture.over(second)).body.status).toBe('canceled');
    await decide(first.id, 'accept', 'Beta');
    expect((await fixture.over(first.id)).body.status).toBe('synced');
  });

  test('at any moment leaves either a complete reset or none, and the reply matches', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const { id, order } = await submit();
      await new Promise((resolve) => setTimeout(resolve, (round % 20) * 2));
      const reply = await decide(id, 'cancel');
      const { body } = await fixture.over(id);
      expect([200, 409]).toContain(reply.status);
      if (reply.status === 200) expect(body.status).toBe('canceled');
      else expect(body.status).toBe('synced');
      outcomes.add(body.status);
      const now = await fixture.store.connection.db!.collection('orders').findOne({ origin_order_number: order.origin_order_number });
      if (body.status === 'canceled') expect(now).toMatchObject({ bols: order.bols, executed_drops: order.executed_drops, progression_state: 'COMPLETE' });
      else expect(now).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' });
    }
    expect(outcomes).toContain('synced');
  }, 60_000);
});
