import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ConflictError, createClient, NotFoundError, TimedOutError, ValidationError } from '@crossroads/client';
import type { Client, ResetProgress } from '@crossroads/client';
import { eventually } from '@crossroads/testkit';
import { collections } from '@crossroads/store';
import { intakeWorld } from '../intake/world.js';
import type { IntakeWorld, TenantName } from '../intake/world.js';

let world: IntakeWorld;
let alpha: Client;
let beta: Client;
beforeAll(async () => {
  world = await intakeWorld('client');
  [alpha, beta] = (['Alpha', 'Beta'] as const).map((name: TenantName) => createClient({ baseUrl: world.url, apiKey: world.keys[name] })) as [Client, Client];
});
afterAll(() => world.close());

/** What is still under way would take the answer that a later test gives the destination. */
afterEach(() => eventually(async () => (await world.store.connection.db!.collection(collections.sagas).countDocuments({ phase: { $nin: ['ended', 'stopped'] } })) === 0));

const input = async (more: object = {}) => ({ order_number: (await world.deliver()).origin_order_number, destTenantName: 'Beta', ...more });

/** While nobody works on what is asked for. */
const idle = async <T>(observe: () => Promise<T>): Promise<T> => {
  world.working = false;
  try {
    return await observe();
  } finally {
    world.working = true;
  }
};

describe('a reset', () => {
  test('is accepted, followed entry by entry, and over', async () => {
    const accepted = await alpha.reset(await input());
    expect(accepted).toMatchObject({ status: 'pending', replayed: false, log: { correlation_id: accepted.correlationId } });
    const seen: ResetProgress[] = [];
    const outcome = await alpha.waitFor(accepted.correlationId, { onChange: (progress) => seen.push(progress) });
    expect(outcome).toMatchObject({ status: 'synced', done: true, correlation_id: accepted.correlationId });
    expect(seen.at(-1)).toEqual(outcome);
    expect(outcome.logs.map(({ title }) => title)).toEqual(expect.arrayContaining(['Reset accepted', 'BOLs and executed drops cleared']));
  });

  test('is answered with its outcome where the reply may be held', async () => {
    expect(await alpha.reset(await input({ waitS: 20 }))).toMatchObject({ status: 'synced', log: { status: 'succeeded' } });
  });

  test('is one reset however often it is sent under one key, and a key is for one request', async () => {
    const request = await input({ idempotencyKey: 'recall-"1"' });
    const first = await alpha.reset(request);
    const second = await alpha.reset(request);
    expect([second.correlationId, second.replayed]).toEqual([first.correlationId, true]);
    await expect(alpha.reset({ ...(await input()), idempotencyKey: 'recall-"1"' })).rejects.toMatchObject({ kind: 'conflict', status: 422 });
  });

  test('has the name its caller gives it, which is for one request', async () => {
    const request = await input({ correlationId: 'mine-0001' });
    expect((await alpha.reset(request)).correlationId).toBe('mine-0001');
    expect((await alpha.reset(request)).replayed).toBe(true);
    const other = alpha.reset({ ...(await input()), correlationId: 'mine-0001' });
    await expect(other).rejects.toThrow(ConflictError);
    await expect(other).rejects.toMatchObject({ status: 409 });
  });

  test('that is malformed says where, and is not accepted', async () => {
    const before = await world.sagas();
    const failure: unknown = await alpha.reset({ destTenantName: '', correlationId: 'short' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ValidationError);
    expect((failure as ValidationError).detail.map(({ loc }) => loc.join('.'))).toEqual(['header.X-Dest-Tenant-Name', 'header.X-Correlation-ID', 'body.order']);
    expect(await world.sagas()).toBe(before);
  });
});

describe('its status', () => {
  test('is told anew only where it has changed', async () => {
    const { correlationId } = await alpha.reset(await input());
    const { etag, retryAfterMs, status } = await alpha.status(correlationId, { waitS: 20 });
    expect([status, retryAfterMs]).toEqual(['synced', undefined]);
    expect(await alpha.status(correlationId, { ifNoneMatch: etag })).toBeUndefined();
    expect(await alpha.status(correlationId, { ifNoneMatch: '"other"' })).toMatchObject({ etag });
  });

  test('is nobody else’s', async () => {
    const { correlationId } = await alpha.reset(await input());
    await expect(beta.status(correlationId)).rejects.toThrow(NotFoundError);
    await expect(beta.waitFor(correlationId)).rejects.toThrow(NotFoundError);
  });

  test('is not waited for longer than one wants', async () => {
    await idle(async () => {
      const { correlationId } = await alpha.reset(await input());
      const failure: unknown = await alpha.waitFor(correlationId, { timeoutMs: 300 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TimedOutError);
      expect(failure).toMatchObject({ correlationId, progress: { status: 'pending', done: false } });
      return correlationId;
    }).then((correlationId) => alpha.cancel(correlationId));
  });

  test('is no longer waited for once the signal says so, and the service lets go as well', async () => {
    await idle(async () => {
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

test('a list goes through all pages, newest first, and only as far as it is read', async () => {
  const made: string[] = [];
  const order_number = (await world.deliver()).origin_order_number;
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
    world.destination.answers.push('requested');
    const { correlationId } = await alpha.reset(await input());
    await eventually(async () => (await alpha.status(correlationId)).status === 'requested');
    return correlationId;
  };

  test('to cancel is taken before anything was cleared, and refused afterwards with the reason', async () => {
    const called = await idle(async () => {
      const { correlationId } = await alpha.reset(await input());
      expect((await alpha.cancel(correlationId, { reasonCode: 'BY MISTAKE' })).status).toBe('canceled');
      return correlationId;
    });
    expect((await alpha.cancel(called)).status).toBe('canceled');
    const { correlationId } = await alpha.reset(await input({ waitS: 20 }));
    await expect(alpha.cancel(correlationId)).rejects.toMatchObject({ kind: 'conflict', retryable: false, message: expect.stringContaining('cleared already') });
  });

  test('to accept is the destination’s', async () => {
    const id = await requested();
    expect((await beta.accept(id, { senderTenantName: 'Alpha' })).status).toBe('synced');
    await expect(beta.reject(id, { senderTenantName: 'Alpha' })).rejects.toThrow(ConflictError);
  });

  test('to reject puts everything back', async () => {
    const id = await requested();
    await beta.reject(id, { senderTenantName: 'Alpha', reasonCode: 'ON THE ROAD' });
    expect(await alpha.waitFor(id)).toMatchObject({ status: 'rejected', message: 'Rejected by Beta: ON THE ROAD. The order is restored to its state before the reset.' });
  });
});

describe('a client with id and secret', () => {
  test('speaks for the tenant it names', async () => {
    const client = createClient({ baseUrl: world.url, clientId: world.client.id, clientSecret: world.client.secret, tenantName: 'Alpha' });
    expect((await client.reset(await input({ waitS: 20 }))).status).toBe('synced');
  });

  test('is told apart: not known, and not allowed', async () => {
    const options = { baseUrl: world.url, clientId: world.client.id, clientSecret: world.client.secret };
    const secret = 'w'.repeat(43);
    const failure: unknown = await createClient({ ...options, clientSecret: secret, tenantName: 'Alpha' }).reset(await input()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'not_authenticated', status: 401 });
    expect(JSON.stringify(failure)).not.toContain(secret);
    await expect(createClient({ ...options, tenantName: 'Gamma' }).reset(await input())).rejects.toMatchObject({ kind: 'not_allowed', status: 403 });
  });
});
