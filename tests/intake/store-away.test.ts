import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listen, newApiKey } from '@crossroads/platform';
import { openStore } from '@crossroads/store';
import { eventually, openMongodbProxy, silent, writing } from '@crossroads/testkit';
import { createIntake } from '../../apps/intake/src/intake.js';
import { ownDatabase } from '../stores/own-database.js';
import { createIntakeFixture, documentedOnly, to } from './intake-fixture.js';

/** Starts a server that accepts connections and never responds. This is harder to handle than a closed port. */
const silentServer = async (): Promise<{ port: number; close(): void }> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => (sockets.forEach((socket) => socket.destroy()), server.close()) };
};

let mongodb: Awaited<ReturnType<typeof silentServer>>;
beforeAll(async () => (mongodb = await silentServer()));
afterAll(() => mongodb.close());

describe.each([['is down', () => 1], ['accepts connections without responding', () => mongodb.port]])('while MongoDB %s', (_, port) => {
  test('every call gets 503 with Retry-After within three seconds, without internal details', async () => {
    const store = openStore({ uri: `mongodb://127.0.0.1:${port()}/away`, operationTimeoutMs: 2_000 });
    const queue = { enqueue: async () => {} };
    const limits = { submits: 1_000, polls: 1_000, unauthenticated: 1_000 };
    const intake = createIntake({ store, queue, log: { ...silent, debug: () => {} }, tokenSecret: 'x'.repeat(40), limits, maxActiveResets: 1_000, maxConcurrentWaits: 10, trustedProxies: 0 });
    const server = await listen(documentedOnly(intake.app), 0);
    const headers = { 'X-API-Key': newApiKey().text, 'X-Dest-Tenant-Name': 'Beta', 'Content-Type': 'application/json', Connection: 'close' };
    const body = JSON.stringify({ order: { order_number: '1' } });
    const calls: [string, RequestInit][] = [
      ['/v1/order/reset', { method: 'POST', body }],
      ['/v1/order/reset/some-known-id', {}],
      ['/v1/order/reset/some-known-id?wait=20', {}],
      ['/v1/order/get', { method: 'POST', body }],
    ];
    for (const [path, init] of calls) {
      const began = performance.now();
      const response = await fetch(`${server.url}${path}`, { ...init, headers });
      const text = await response.text();
      expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '2']);
      // The intake responds within three seconds; the rest is for a busy machine.
      expect(performance.now() - began).toBeLessThan(8_000);
      expect(text).not.toMatch(/mongo|127\.0\.0\.1|ECONN|at .*\.ts/i);
    }
    expect((await fetch(`${server.url}/livez`, { headers })).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`, { headers })).status).toBe(503);
    intake.endWaiting();
    await server.close();
    await store.close();
  });
});

test('a caller whose reset was stored despite a 503 gets this reset for the correlation id in the reply', async () => {
  const proxy = await openMongodbProxy({ target: ownDatabase('lost-replies') });
  const fixture = await createIntakeFixture('lost-replies', { uri: proxy.uri() });
  fixture.working = false;
  const order = await fixture.deliver();
  const submit = (headers: [string, string][] = []) => fixture.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: order.origin_order_number } } });
  const lost = proxy.loseReply(writing(({ collection, document }) => collection === 'sagas' && document !== undefined), { times: 1, repeatsToo: true });
  const unknown = await submit();
  const id = unknown.headers['x-correlation-id'] as string;
  expect([unknown.status, unknown.headers['retry-after'], unknown.body.detail]).toEqual([503, '2', expect.stringContaining(`accepted or not. Send the request again with "X-Correlation-ID: ${id}"`)]);
  const again = await eventually(async () => {
    const reply = await submit([['X-Correlation-ID', id]]);
    return reply.status === 200 && reply;
  });
  expect([again.headers['idempotent-replayed'], again.body.log.correlation_id, await fixture.sagas()]).toEqual(['true', id, 1]);
  expect(lost.hits()).toBe(1);
  await fixture.close();
  await proxy.close();
});
