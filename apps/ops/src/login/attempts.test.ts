import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { scryptSync } from 'node:crypto';
import { operatorRepository } from '@crossroads/store';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, passwords } from '../testing/open-ops.js';
import { maxFailuresOfAddress, maxFailuresOfName } from './attempts.js';

const stranger = '203.0.113.7';
const office = '198.51.100.20';

let ops: OpenOps;
const open = async (trustedProxies: number): Promise<void> => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-attempts'), redisUrl: testRedisUrl(), trustedProxies });
  const others = Array.from({ length: maxFailuresOfAddress }, (_, index) => [`name-${index}`, 'unused'] as const);
  for (const [username, password] of [...Object.entries(passwords), ...others]) await savePassword(username, password);
};

/** Stores a password with a cheap hash. Dozens of real hashes would take a minute on a busy machine. */
const savePassword = (username: string, password: string): Promise<void> => {
  const salt = Buffer.from('salt');
  const hash = scryptSync(password.normalize('NFKC'), salt, 32, { N: 16, r: 8, p: 1 });
  const role = username === 'viewer' ? 'viewer' : 'operator';
  return operatorRepository(ops.store).save({ _id: username, password_scrypt: `scrypt$16$8$1$${salt.toString('base64')}$${hash.toString('base64')}`, role, created_at: new Date() });
};

beforeEach(async () => {
  setTime(1_800_000_000_000);
  await open(1);
});
afterEach(async () => {
  jest.useRealTimers();
  await ops.close();
});

interface From {
  address?: string;
  cookie?: string;
}

/** Sends a login through a proxy that adds the address of the client. */
const login = (username: string, password: string, { address = stranger, cookie = '' }: From = {}) =>
  fromOurPages(request(ops.app).post('/login')).set({ 'x-forwarded-for': address, cookie }).type('form').send({ username, password });

const fail = async (times: number, username: string | ((time: number) => string), from?: From): Promise<number[]> => {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) statuses.push((await login(typeof username === 'string' ? username : username(time), `guess ${time}`, from)).status);
  return statuses;
};

/** Sets the clock and leaves all timers real. */
const setTime = (now: number): void => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'hrtime'] });
};

const [{ failures: first }] = maxFailuresOfName;

describe('behind a trusted proxy', () => {
  test('failed logins of one address lock out that address only, and the audit log has the address of the client', async () => {
    expect(new Set(await fail(maxFailuresOfAddress, (time) => `name-${time}`))).toEqual(new Set([401]));
    expect((await login('viewer', passwords.viewer)).status).toBe(429);
    expect((await login('operator', passwords.operator, { address: office })).status).toBe(303);
    const audit = ops.store.connection.collection('audit');
    expect(await audit.countDocuments({ action: 'login', from: stranger })).toBe(maxFailuresOfAddress);
    expect(await audit.findOne({ outcome: 'done' })).toMatchObject({ by: 'operator', from: office });
  }, 60_000);

  test('an address that the client invents is ignored', async () => {
    await login('viewer', passwords.viewer, { address: `${office}, ${stranger}` });
    expect(await ops.store.connection.collection('audit').findOne({})).toMatchObject({ from: stranger });
  });

  test('without a trusted proxy, X-Forwarded-For is ignored', async () => {
    await ops.close();
    await open(0);
    await login('viewer', passwords.viewer);
    expect((await ops.store.connection.collection('audit').findOne({}))!['from']).toMatch(/127\.0\.0\.1$/);
  });
});

describe('after too many failed logins for a name', () => {
  test('its correct password has to wait at that address, and works elsewhere', async () => {
    expect(new Set(await fail(first, 'operator'))).toEqual(new Set([401]));
    const late = await login('operator', passwords.operator);
    expect(late.status).toBe(429);
    expect(Number(late.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(late.text).toContain('Wait a minute and try again, or sign in from a browser that you have used before.');
    expect((await login('operator', passwords.operator, { address: office })).status).toBe(303);
    expect((await login('viewer', passwords.viewer)).status).toBe(303);
  }, 60_000);

  test('the wait grows with each series of failures, up to an hour', async () => {
    const waits: number[] = [];
    let now = 1_800_000_000_000;
    while (waits.length < maxFailuresOfName.length + 1) {
      const statuses = await fail(first, 'operator');
      if (statuses.at(-1) === 401) continue;
      const wait = Number((await login('operator', passwords.operator)).headers['retry-after']);
      waits.push(wait);
      setTime((now += (wait + 1) * 1_000));
    }
    expect(waits.slice(0, 3).map((wait) => Math.ceil(wait / 60))).toEqual([1, 14, 45]);
  }, 60_000);

  test('the operator gets in with a browser of an earlier login, whose own failures are counted too', async () => {
    const browser = async (): Promise<From> => {
      const cookies = (await login('operator', passwords.operator)).headers['set-cookie'] as unknown as string[];
      return { cookie: cookies.find((cookie) => cookie.startsWith('crossroads_browser='))!.split(';')[0]! };
    };
    const mine = await browser();
    await fail(first, 'operator');
    expect((await login('operator', passwords.operator)).status).toBe(429);
    expect((await login('operator', passwords.operator, mine)).status).toBe(303);
    await fail(maxFailuresOfAddress - first, (time) => `name-${time}`);
    expect((await login('operator', passwords.operator, mine)).status).toBe(303);
    expect((await login('viewer', passwords.viewer, mine)).status).toBe(429);
    await fail(first, 'operator', mine);
    const late = await login('operator', passwords.operator, mine);
    expect(late.status).toBe(429);
    // This browser is one that the operator has used before.
    expect(late.text).toContain('Wait a minute and try again, or ask an administrator for a new password.');
  }, 60_000);

  test('a new password ends the wait, and a browser of the old password is no longer known', async () => {
    await fail(first, 'operator');
    expect((await login('operator', passwords.operator)).status).toBe(429);
    await savePassword('operator', 'the new one');
    expect((await login('operator', 'the new one')).status).toBe(303);
  }, 60_000);
});
