import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps, signIn } from '../testing/open-ops.js';

let ops: OpenOps;
let cookie: string;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-origin'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
}, 60_000);
afterAll(() => ops.close());

describe('a change request', () => {
  const change = (headers: Record<string, string>) => request(ops.app).put('/queues/api/queues/sagas/pause').set({ cookie, host: 'ops.lan:8081', ...headers });

  test.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://ops.lan:9999' }],
    ['from another port, without Sec-Fetch-Site', { origin: 'http://ops.lan:9999' }],
    ['with a null origin', { origin: 'null' }],
    ['without an origin', {}],
  ])('%s is rejected', async (_from, headers) => {
    const response = await change(headers as Record<string, string>);
    expect(response.status).toBe(403);
    expect(response.text).toContain('Nothing was changed.');
  });

  test.each([
    ['over HTTPS or on localhost', { 'sec-fetch-site': 'same-origin', origin: 'http://ops.lan:8081' }],
    ['through a proxy that rewrites Host', { 'sec-fetch-site': 'same-origin', origin: 'https://ops.example' }],
    ['over HTTP on a LAN', { origin: 'http://ops.lan:8081' }],
  ])('from the operator pages %s is accepted', async (_how, headers) => {
    expect((await change(headers)).status).toBe(200);
    await ops.bullmqQueue.resume();
  });
});

describe('headers', () => {
  test('the pages forbid inline scripts, inline styles and framing', async () => {
    const { headers } = await request(ops.app).get('/login');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  });

  test('Bull Board allows inline styles, but no inline scripts', async () => {
    const { headers } = await request(ops.app).get('/queues').set('cookie', cookie);
    expect(headers['content-security-policy']).toContain("style-src 'self' 'unsafe-inline';");
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test.each(['/', '/sagas', '/login', '/destinations', '/queues', '/queues/queue/sagas', '/queues/api/queues', '/queues/api/nowhere', '/v1/ops/sagas', '/v1/ops/nowhere', '/nowhere'])(
    '%s must not be cached, neither with a session nor without one',
    async (path) => {
      for (const headers of [{ cookie }, {}, { accept: 'application/json' }]) {
        expect((await request(ops.app).get(path).set(headers)).headers['cache-control']).toBe('no-store');
      }
    },
  );

  test('the files of Bull Board may be cached', async () => {
    const { text } = await request(ops.app).get('/queues').set('cookie', cookie);
    const [, file] = /src="([^"]*static\/[^"]+\.js)"/.exec(text)!;
    expect((await request(ops.app).get(new URL(file!, 'http://ops/queues/').pathname).set('cookie', cookie).expect(200)).headers['cache-control']).not.toContain('no-store');
  });

  test('assets of a page have a hash in their path and are cached as immutable', async () => {
    const { text } = await request(ops.app).get('/login');
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(3);
    for (const file of files) expect((await request(ops.app).get(file)).headers['cache-control']).toContain('immutable');
  });
});
