import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { backlogRepository, directoryRepository } from '@crossroads/store';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

let ops: OpenOps;
let sagas: ReturnType<typeof sampleSagas>;
let cookie: string;
let ids: string[];

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-blocked'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
  sagas = sampleSagas(ops.store);
  const instance = { source_system: 'webhook', source_system_id: null, url: 'https://globex.example/hook', secret_ref: null };
  await directoryRepository(ops.store).saveInstance({ _id: 'globex-prod', tenant_id: 'tenant-globex', name: 'production', ...instance });
  await directoryRepository(ops.store).saveInstance({ _id: 'other-prod', tenant_id: 'tenant-other', name: 'elsewhere', ...instance });
  ids = [];
  for (const number of ['1', '2', '3', '4']) {
    await addOrder(ops.store, sampleOrder(number));
    ids.push(await sagas.accept({ order_number: number }));
  }
}, 60_000);
afterAll(() => ops.close());

const get = async (path: string) => (await request(ops.app).get(path).set('cookie', cookie).expect(200)).text;
const rowsOf = (html: string) => html.match(/data-testid="saga"/g)?.length ?? 0;
const healthOf = (html: string, name: string) => new RegExp(`${name} <span class="pill (\\w+)" data-testid="health">(\\w+)<`).exec(html)?.slice(1);

describe('a destination that is down', () => {
  test('is Failing once an attempt has failed', async () => {
    await sagas.runSaga(ids[0]!, 'unavailable');
    const page = await get('/destinations');
    expect(healthOf(page, 'production')).toEqual(['bad', 'Failing']);
    expect(healthOf(page, 'elsewhere')).toEqual(['good', 'Healthy']);
  });

  test('blocks the resets behind its open circuit, and every page counts them as blocked', async () => {
    for (const id of ids.slice(0, 3)) await sagas.runSaga(id, 'circuit open');
    const overview = await get('/');
    expect(overview).toMatch(/class="tile bad" href="\/sagas\?show=blocked"><strong>3<\/strong><span>blocked by a destination/);
    expect(overview).toMatch(/A destination that fails or is paused blocks <a[^>]*>3 resets/);
    const list = await get('/sagas?show=blocked');
    expect(rowsOf(list)).toBe(3);
    expect(list).toMatch(/Blocked by a destination<span class="count">3</);
    expect(list.match(/class="pill bad"[^>]*>waiting · blocked</g)).toHaveLength(3);
    const page = await get('/destinations');
    expect(page).toMatch(/Blocked resets<\/dt><dd>3</);
    expect(page).toContain('the circuit is open');
    expect(await backlogRepository(ops.store).blocked()).toEqual({ 'destination.circuit_open': 3, 'destination.paused': 0 });
  });

  test('is Failing while it is retried, and Healthy after the next success, though older resets still wait', async () => {
    await sagas.runSaga(ids[3]!, 'synced');
    expect(healthOf(await get('/destinations'), 'production')).toEqual(['good', 'Healthy']);
    await sagas.runSaga(ids[0]!, 'unavailable');
    expect(healthOf(await get('/destinations'), 'production')).toEqual(['bad', 'Failing']);
  });

  test('is Paused while an operator has paused it', async () => {
    await directoryRepository(ops.store).pause('globex-prod', 'maintenance');
    expect(healthOf(await get('/destinations'), 'production')).toEqual(['warn', 'Paused']);
  });
});

test('a bulk action on the blocked resets takes only these', async () => {
  const confirm = await get('/bulk/new?action=runNow&scope=matching&show=blocked');
  expect(confirm).toMatch(/Retry now: 2 of 2 resets/);
  expect(confirm).toContain('Scope: all resets that a destination blocks.');
});

test('a resumed destination is Healthy, its page announces when its blocked resets continue, and no page calls it paused any longer', async () => {
  for (const id of ids.slice(0, 2)) await sagas.runSaga(id, 'paused');
  expect(await get('/destinations')).toContain('production is paused.');
  const paused = await get(`/sagas/${ids[0]!}/live`);
  expect(paused).toContain('production is paused.');
  expect(paused).toContain('waiting · blocked');
  await directoryRepository(ops.store).pause('globex-prod', null);
  const page = await get('/destinations');
  expect(healthOf(page, 'production')).toEqual(['good', 'Healthy']);
  expect(page).toContain('3 blocked resets will continue within five minutes.');
  expect(page).not.toContain('is paused');
  const resumed = await get(`/sagas/${ids[0]!}/live`);
  const head = resumed.slice(0, resumed.indexOf('</header>'));
  expect(head).toContain('production was paused at the last attempt, and an operator has resumed it since.');
  expect(head).not.toMatch(/is paused|blocked|destination\.paused/);
  for (const id of ids.slice(0, 3)) await sagas.runSaga(id, 'synced');
  expect(await get('/destinations')).not.toContain('will continue');
});
