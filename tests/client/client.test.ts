import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ConflictError, createClient, NotFoundError, TimedOutError, ValidationError } from '@crossroads/client';
import type { Client, ResetProgress } from '@crossroads/client';
import { eventually } from '@crossroads/testkit';
import { collections } from '@crossroads/store';
import { createIntakeFixture } from '../intake/intake-fixture.js';
import type { IntakeFixture, TenantName } from '../intake/intake-fixture.js';

let fixture: IntakeFixture;
let alpha: Client;
let beta: Client;
beforeAll(async () => {
  fixture = await createIntakeFixture('client');
  [alpha, beta] = (['Alpha', 'Beta'] as const).map((name: TenantName) => createClient({ baseUrl: fixture.url, apiKey: fixture.keys[name] })) as [Client, Client];
});
afterAll(() => fixture.close());

/** Waits until no saga is active. Otherwise an active saga would consume the destination's response of a later test. */
afterEach(() => eventually(async () => (await fixture.store.connection.db!.collection(collections.sagas).countDocuments({ phase: { $nin: ['ended', 'stopped'] } })) === 0));

const input = async (more: object = {}) => ({ order_number: (await fixture.deliver()).origin_order_number, destTenantName: 'Beta', ...more });

/** Runs the test part while no worker runs sagas. */
const withoutWorker = async <T>(observe: () => Promise<T>): Promise<T> => {
  fixture.working = false;
  try {
    return await observe();
  } finally {
    fixture.working = true;
  }
};

describe('a reset', () => {
  test('is accepted, followed entry by entry, and finished', async () => {
    const accepted = await alpha.reset(await input());
    expect(accepted).toMatchObject({ status: 'pending', replayed: false, log: { correlation_id: accepted.correlationId } });
    const seen: ResetProgress[] = [];
    const outcome = await alpha.waitFor(accepted.correlationId, { onChange: (progress) => seen.push(progress) });
    expect(outcome).toMatchObject({ status: 'synced', done: true, correlation_id: accepted.correlationId });
    expect(seen.at(-1)).toEqual(outcome);
    expect(outcome.logs.map(({ title }) => title)).toEqual(expect.arrayContaining(['Reset accepted', 'BOLs and executed drops cleared']));
  });

  test('returns its outcome if the reply may be held', async () => {
    expect(await alpha.reset(await input({ waitS: 20 }))).toMatchObject({ status: 'synced', log: { status: 'succeeded' } });
  });

  test('is one reset for one key, and the key is for one request', async () => {
    const request = await input({ idempotencyKey: 'recall-"1"' });
    const first = await alpha.reset(request);
    const second = await alpha.reset(request);
    expect([second.correlationId, second.replayed]).toEqual([first.correlationId, true]);
    await expect(alpha.reset({ ...(await input()), idempotencyKey: 'recall-"1"' })).rejects.toMatchObject({ kind: 'conflict', status: 422 });
  });

  test('has the correlation id of its caller, and the id is for one request', async () => {
    const request = await input({ correlationId: 'mine-0001' });
    expect((await alpha.reset(request)).correlationId).toBe('mine-0001');
    expect((await alpha.reset(request)).replayed).toBe(true);
    const other = alpha.reset({ ...(await input()), correlationId: 'mine-0001' });
    await expect(other).rejects.toThrow(ConflictError);
    await expect(other).rejects.toMatchObject({ status: 409 });
  });

  test('that is invalid rejects with the invalid fields, and is not accepted', async () => {
    const before = await fixture.sagas();
    const failure: unknown = await alpha.reset({ destTenantName: '', correlationId: 'short' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ValidationError);
    expect((failure as ValidationError).detail.map(({ loc }) => loc.join('.'))).toEqual(['header.X-Dest-Tenant-Name', 'header.X-Correlation-ID', 'body.order']);
    expect(await fixture.sagas()).toBe(before);
  });
});

describe('its status', () => {
  test('is returned again only after a change', async () => {
    const { correlationId } = await alpha.reset(await input());
    const { etag, retryAfterMs, status } = await alpha.status(correlationId, { waitS: 20 });
    expect([status, retryAfterMs]).toEqual(['synced', undefined]);
    expect(await alpha.status(correlationId, { ifNoneMatch: etag })).toBeUndefined();
    expect(await alpha.status(correlationId, { ifNoneMatch: '"other"' })).toMatchObject({ etag });
  });

  test('is not available to another tenant', async () => {
    const { correlationId } = await alpha.reset(await input());
    await expect(beta.status(correlationId)).rejects.toThrow(NotFoundError);
    await expect(beta.waitFor(correlationId)).rejects.toThrow(NotFoundError);
  });

  test('is not waited for longer than the timeout', async () => {
    await withoutWorker(async () => {
      const { correlationId } = await alpha.reset(await input());
      const failure: unknown = await alpha.waitFor(correlationId, { timeoutMs: 300 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TimedOutError);
      expect(failure).toMatchObject({ correlationId, progress: { status: 'pending', done: false } });
      return correlationId;
    }).then((correlationId) => alpha.cancel(correlationId));
  });

  test('is no longer waited for after an abort', async () => {
    await withoutWorker(async () => {
      const { correlationId } = await alpha.reset(await input());
      const abort = new AbortController();
      const seen: string[] = [];
      const under = alpha.waitFor(correlationId, { signal: abort.signal, onChange: ({ status }) => seen.push(status) });
      await eventually(() => seen.length === 1);
      abort.abort();
      await expect(under).rejects.toMatchObject({ name: 'AbortError' });
      return correlationId;
    }).then((correlationId) => alpha.cancel(correlationId));
  });
});

test('a list reads all pages, newest first, and stops with its reader', async () => {
  const made: string[] = [];
  const order_number = (await fixture.deliver()).origin_order_number;
  for (let i = 0; i < 5; i++) made.unshift((await alpha.reset({ order_number, destTenantName: 'Beta' })).correlationId);
  const found: string[] = [];
  for await (const { correlation_id } of alpha.list({ order_number, pageSize: 2 })) found.push(correlation_id);
  expect(found).toEqual(made);
  for await (const { correlation_id } of alpha.list({ order_number })) {
    expect(correlation_id).toBe(made[0]);
    break;
  }
});

describe('a decision', () => {
  const requested = async () => {
    fixture.destination.answers.push('requested');
    const { correlationId } = await alpha.reset(await input());
    await eventually(async () => (await alpha.status(correlationId)).status === 'requested');
    return correlationId;
  };

  test('to cancel is accepted before data was cleared, and rejected later with the reason', async () => {
    const canceledId = await withoutWorker(async () => {
      const { correlationId } = await alpha.reset(await input());
      expect((await alpha.cancel(correlationId, { reasonCode: 'BY MISTAKE' })).status).toBe('canceled');
      return correlationId;
    });
    expect((await alpha.cancel(canceledId)).status).toBe('canceled');
    const { correlationId } = await alpha.reset(await input({ waitS: 20 }));
    await expect(alpha.cancel(correlationId)).rejects.toMatchObject({ kind: 'conflict', retryable: false, message: expect.stringContaining('already been cleared') });
  });

  test('to accept is made by the destination', async () => {
    const id = await requested();
    expect((await beta.accept(id, { senderTenantName: 'Alpha' })).status).toBe('synced');
    await expect(beta.reject(id, { senderTenantName: 'Alpha' })).rejects.toThrow(ConflictError);
  });

  test('to reject restores the order', async () => {
    const id = await requested();
    await beta.reject(id, { senderTenantName: 'Alpha', reasonCode: 'ON THE ROAD' });
    expect(await alpha.waitFor(id)).toMatchObject({ status: 'rejected', message: 'Rejected by Beta: ON THE ROAD. The order is restored to its state before the reset.' });
  });
});

describe('a client with id and secret', () => {
  test('acts for the tenant that it names', async () => {
    const client = createClient({ baseUrl: fixture.url, clientId: fixture.client.id, clientSecret: fixture.client.secret, tenantName: 'Alpha' });
    expect((await client.reset(await input({ waitS: 20 }))).status).toBe('synced');
  });

  test('has separate errors: not authenticated, and not allowed', async () => {
    const options = { baseUrl: fixture.url, clientId: fixture.client.id, clientSecret: fixture.client.secret };
    const secret = 'w'.repeat(43);
    const failure: unknown = await createClient({ ...options, clientSecret: secret, tenantName: 'Alpha' }).reset(await input()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'not_authenticated', status: 401 });
    expect(JSON.stringify(failure)).not.toContain(secret);
    await expect(createClient({ ...options, tenantName: 'Gamma' }).reset(await input())).rejects.toMatchObject({ kind: 'not_allowed', status: 403 });
  });
});
