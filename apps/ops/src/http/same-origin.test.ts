import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps } from '../testing/open-ops.js';
import { signIn } from '../testing/sign-in.js';

let ops: OpenOps;
let cookie: string;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-origin'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
}, 60_000);
afterAll(() => ops.close());

describe('a change', () => {
  const change = (headers: Record<string, string>) => request(ops.app).put('/queues/api/queues/sagas/pause').set({ cookie, host: 'ops.lan:8081', ...headers });

  test.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://ops.lan:9999' }],
    ['from another port, where browsers do not say Sec-Fetch-Site', { origin: 'http://ops.lan:9999' }],
    ['from a page without an origin', { origin: 'null' }],
    ['from who does not say', {}],
  ])('%s is refused', async (_from, headers) => {
    const answer = await change(headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Nothing was changed.');
  });

  test.each([
    ['over HTTPS or on localhost', { 'sec-fetch-site': 'same-origin', origin: 'http://ops.lan:8081' }],
    ['over HTTP on a LAN', { origin: 'http://ops.lan:8081' }],
  ])('from our own pages %s is let through', async (_how, headers) => {
    expect((await change(headers)).status).toBe(200);
    await ops.bullmqQueue.resume();
  });
});

describe('headers', () => {
  test('our pages run no inline script, take no inline style and are in nobody’s frame', async () => {
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

  test('Bull Board may have its inline styles, and nothing more', async () => {
    const { headers } = await request(ops.app).get('/queues').set('cookie', cookie);
    expect(headers['content-security-policy']).toContain("style-src 'self' 'unsafe-inline';");
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('the files a page loads carry their hash and are kept', async () => {
    const { text } = await request(ops.app).get('/login');
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(3);
    for (const file of files) expect((await request(ops.app).get(file)).headers['cache-control']).toContain('immutable');
  });
});
