import crypto from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { auditRepository, hashPassword, operatorRepository, operatorAccounts, sessionRepository } from '@crossroads/store';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, passwords, signIn, testLifetime } from '../testing/open-ops.js';
import { maxFailuresOfName } from './attempts.js';
import { loginRoutes } from './login.route.js';
import { sessionCookie } from './session-cookie.js';

const cookieName = sessionCookie(false);

let ops: OpenOps;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-login'), redisUrl: testRedisUrl() });
}, 60_000);
afterAll(() => ops.close());

const attempt = (username: string, password: string, next?: string) =>
  fromOurPages(request(ops.app).post('/login')).type('form').send({ username, password, next });

describe('login', () => {
  test('a page redirects to the login and back', async () => {
    const redirect = await request(ops.app).get('/sagas?phase=stopped');
    expect(redirect.status).toBe(303);
    expect(redirect.headers['location']).toBe('/login?next=%2Fsagas%3Fphase%3Dstopped');
    const back = await attempt('operator', passwords.operator, '/sagas?phase=stopped');
    expect(back.headers['location']).toBe('/sagas?phase=stopped');
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)'])('never redirects to %j', async (next) => {
    expect((await attempt('viewer', passwords.viewer, next)).headers['location']).toBe('/');
  });

  test('a wrong password and an unknown username get the same response', async () => {
    const wrong = await attempt('operator', 'wrong');
    const unknown = await attempt('stranger', 'wrong');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.text).toContain('The username or the password is wrong.');
    expect(unknown.text.replace('stranger', 'operator')).toBe(wrong.text);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  test('a wrong password and an unknown username cost the same work, so that the response time does not distinguish them', async () => {
    await attempt('stranger', 'wrong');
    const scrypt = jest.spyOn(crypto, 'scrypt');
    const costOf = async (username: string) => {
      scrypt.mockClear();
      await attempt(username, 'wrong');
      return scrypt.mock.calls.map(([, , length, options]) => [length, options]);
    };
    const known = await costOf('operator');
    expect(known).toHaveLength(1);
    expect(await costOf('stranger')).toEqual(known);
    scrypt.mockRestore();
  });

  test('scripts and other sites cannot read the cookie', async () => {
    const { headers } = await attempt('operator', passwords.operator);
    expect(headers['set-cookie']?.[0]).toMatch(new RegExp(`^${cookieName}=[\\w-]{43}; Max-Age=28800; Path=/; Expires=[^;]+; HttpOnly; SameSite=Strict$`));
    const stored = await ops.store.connection.collection('sessions').find().toArray();
    expect(JSON.stringify(stored)).not.toContain(headers['set-cookie']![0]!.split(/[=;]/)[1]);
  });

  test('with a password that is replaced during the check is rejected and leaves no session', async () => {
    const operators = operatorRepository(ops.store);
    await operators.save({ _id: 'hedy', password_scrypt: await hashPassword('the old one'), role: 'operator', created_at: new Date() });
    const sessions = sessionRepository(ops.store);
    const start: typeof sessions.start = async (session) => {
      await operators.save({ _id: 'hedy', password_scrypt: await hashPassword('the new one'), role: 'operator', created_at: new Date() });
      await operatorAccounts(ops.store).signOut('hedy');
      await sessions.start(session);
    };
    const chrome = { assets: { icon: '', stylesheet: '', htmx: '', selection: '' }, environment: 'test' };
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const login = express().use(loginRoutes({ operators, sessions: { ...sessions, start }, audit: auditRepository(ops.store), log: silent, chrome, secureCookies: false, sessionLifetime: testLifetime }));
    expect((await request(login).post('/login').type('form').send({ username: 'hedy', password: 'the old one' })).status).toBe(401);
    expect(await ops.store.connection.collection('sessions').countDocuments({ username: 'hedy' })).toBe(0);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const cookie = await signIn(ops.app, 'viewer');
    expect((await request(ops.app).get('/sagas').set('cookie', cookie)).status).toBe(200);
    await fromOurPages(request(ops.app).post('/logout')).set('cookie', cookie);
    expect((await request(ops.app).get('/sagas').set('cookie', cookie)).status).toBe(303);
    const { records } = await auditRepository(ops.store).list({ by: 'viewer' }, { limit: 2 });
    expect(records).toMatchObject([{ action: 'logout', role: 'viewer', from: expect.any(String) }, { action: 'login', outcome: 'done' }]);
    expect(records[0]!.credential).toMatch(/^session:[0-9a-f]{12}$/);
    expect(records[1]!.credential).toBe(records[0]!.credential);
  });

  test('an expired session is rejected, and the next login deletes it', async () => {
    const cookie = await signIn(ops.app, 'viewer');
    const sessions = ops.store.connection.collection('sessions');
    await sessions.updateMany({}, { $set: { expires_at: new Date(Date.now() - 1) } });
    expect((await request(ops.app).get('/sagas').set('cookie', cookie)).status).toBe(303);
    await signIn(ops.app, 'viewer');
    expect(await sessions.countDocuments()).toBe(1);
  });

  test('a removed operator loses access at once', async () => {
    await operatorRepository(ops.store).save({ _id: 'leaver', password_scrypt: await hashPassword('secret'), role: 'operator', created_at: new Date() });
    const cookie = (await attempt('leaver', 'secret')).headers['set-cookie']![0]!;
    await ops.store.connection.collection<{ _id: string }>('operators').deleteOne({ _id: 'leaver' });
    expect((await request(ops.app).get('/').set('cookie', cookie)).status).toBe(303);
  });

  test('successful logins are not limited', async () => {
    for (let i = 0; i < maxFailuresOfName[0].failures + 1; i++) expect(await signIn(ops.app, 'viewer')).toContain(cookieName);
  }, 30_000);
});

test('with secure cookies, both cookies are Secure and bound to the host, an unbound one is ignored, and HSTS is on', async () => {
  const secure = await openOps({ mongodbUri: ownDatabase('ops-login-secure'), redisUrl: testRedisUrl(), secure: true });
  try {
    const response = await fromOurPages(request(secure.app).post('/login')).type('form').send({ username: 'viewer', password: passwords.viewer });
    const [session, browser] = response.headers['set-cookie'] as unknown as string[];
    expect(session).toMatch(/^__Host-crossroads_session=[\w-]{43}; .*Path=\/;.*; Secure/);
    expect(browser).toMatch(/^__Host-crossroads_browser=[\w.-]+; .*Path=\/;.*; Secure/);
    expect(session + browser!).not.toMatch(/Domain/i);
    const cookie = session!.split(';')[0]!;
    expect((await request(secure.app).get('/sagas').set('cookie', cookie)).status).toBe(200);
    expect((await request(secure.app).get('/sagas').set('cookie', cookie.replace('__Host-', ''))).status).toBe(303);
    expect(response.headers['strict-transport-security']).toBeDefined();
  } finally {
    await secure.close();
  }
});
