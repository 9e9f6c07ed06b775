import { afterEach, expect, test } from '@jest/globals';
import type { HttpServer } from './http-server.js';
import { listen } from './http-server.js';
import { probes } from './probes.js';

let server: HttpServer;
afterEach(() => server.close());

const statusOf = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;

test('a process that can do its work is alive and ready', async () => {
  server = await listen(probes({ ready: async () => {} }).listener, 0);
  expect([await statusOf('/livez'), await statusOf('/readyz'), await statusOf('/other')]).toEqual([200, 200, 404]);
});

test('/livez has the duration of an event loop iteration, and the members of the app', async () => {
  server = await listen(probes({ ready: async () => {}, alive: () => ({ idle_ms: 7 }) }).listener, 0);
  expect(await (await fetch(`${server.url}/livez`)).json()).toEqual({ status: 'ok', execution_ms: expect.any(Number), idle_ms: 7 });
});

test('a process without its store is alive and not ready, with the reason', async () => {
  server = await listen(probes({ ready: () => Promise.reject(new Error('MongoDB does not answer')) }).listener, 0);
  expect(await statusOf('/livez')).toBe(200);
  const response = await fetch(`${server.url}/readyz`);
  expect([response.status, await response.json()]).toEqual([503, { status: 'MongoDB does not answer' }]);
});

test('a draining process is alive and not ready', async () => {
  const { listener, drain } = probes({ ready: async () => {} });
  server = await listen(listener, 0);
  drain();
  expect([await statusOf('/livez'), await statusOf('/readyz')]).toEqual([200, 503]);
});

test('a page is served, and a page that cannot be read gets 503 with the reason', async () => {
  const { listener } = probes({
    ready: async () => {},
    pages: { '/metrics': async () => ({ type: 'text/plain', body: 'up 1' }), '/scaling': () => Promise.reject(new Error('Redis is away')) },
  });
  server = await listen(listener, 0);
  const metrics = await fetch(`${server.url}/metrics?from=here`);
  expect([metrics.status, metrics.headers.get('content-type'), await metrics.text()]).toEqual([200, 'text/plain', 'up 1']);
  const scaling = await fetch(`${server.url}/scaling`);
  expect([scaling.status, await scaling.json()]).toEqual([503, { status: 'Redis is away' }]);
});
