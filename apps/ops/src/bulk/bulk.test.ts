import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bulkRepository, sagaViewRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import { createBulkRunner } from './bulk-runner.js';

let ops: OpenOps;
let cookie: string;
let sagas: ReturnType<typeof sampleSagas>;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-bulk'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
  sagas = sampleSagas(ops.store, 1);
}, 60_000);
afterAll(() => ops.close());

let number = 8_000;
const sagaAfter = async (result: 'unavailable' | 'synced'): Promise<string> => {
  const order_number = String(number++);
  await addOrder(ops.store, sampleOrder(order_number));
  const id = await sagas.accept({ order_number });
  await sagas.runSaga(id, result);
  return id;
};
const get = (path: string) => request(ops.app).get(path).set('cookie', cookie);
const post = (path: string, body: object) => fromOurPages(request(ops.app).post(path)).set('cookie', cookie).type('form').send(body);
const bulks = () => bulkRepository(ops.store);
const idIn = (location: string) => location.split('/').at(-1)!;

describe('a bulk action', () => {
  test('first shows the eligible and the skipped sagas', async () => {
    const [one, two] = [await sagaAfter('unavailable'), await sagaAfter('synced')];
    const { text } = await get(`/bulk/new?action=resume&scope=selected&saga=${one}&saga=${two}`).expect(200);
    expect(text).toContain('Resume: 1 of 2 resets');
    expect(text).toMatch(/Skipped[\s\S]*<span class="count">1</);
  });

  test('by filter includes all that match, not only the page, and stores each result', async () => {
    const ids = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const { text } = await get('/bulk/new?action=resume&scope=matching&show=attention').expect(200);
    const [, eligible] = /Resume: (\d+) of \1 resets/.exec(text)!;
    const started = await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', eligible, reason: 'they are back' }).expect(303);
    const id = idIn(started.headers['location']!);
    await eventually(async () => (await bulks().find(id))!.state === 'done');
    expect((await bulks().counts(id)).done).toBe(Number(eligible));
    for (const each of ids) expect((await sagaViewRepository(ops.store).saga(each))!.phase).toBe('running');
    expect((await get(`/bulk/${id}`).expect(200)).text).toContain('all resets that need attention');
    expect((await get('/bulk').expect(200)).text).toContain('they are back');
  });

  test.each(['show=bloked', 'shwo=blocked', 'phase=bogus', 'tenant=', 'tenant=a&tenant=b', 'before=zzz'])('with the wrong filter %s is not offered and not started', async (query) => {
    await sagaAfter('unavailable');
    const name = query.split('=')[0]!;
    const offered = await get(`/bulk/new?action=resume&scope=matching&status=error&${query}`).expect(400);
    expect(offered.text).toContain(`${name}: `);
    expect(offered.text).toContain('href="/sagas?status=error"');
    const known = await bulks().list(1_000);
    const started = await post('/bulk', `action=resume&scope=matching&eligible=99&reason=because&${query}` as never).expect(400);
    expect(started.text).toContain('Nothing was changed.');
    expect(await bulks().list(1_000)).toEqual(known);
  });

  test('must be confirmed again when more sagas match than before', async () => {
    await sagaAfter('unavailable');
    const grown = await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', eligible: 0, reason: 'because' }).expect(409);
    expect(grown.text).toContain('More resets match than this page showed before');
    await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', eligible: 99, reason: '' }).expect(422);
  });

  test('without an available action, or by a viewer, is rejected', async () => {
    await get('/bulk/new?action=constructor&scope=selected').expect(422);
    const viewer = await signIn(ops.app, 'viewer');
    await request(ops.app).get('/bulk/new?action=resume&scope=matching').set('cookie', viewer).expect(403);
    await fromOurPages(request(ops.app).post('/bulk')).set('cookie', viewer).type('form').send({ action: 'resume', scope: 'matching', eligible: 9, reason: 'because' }).expect(403);
  });

  test('skips a saga that has changed since its selection, and continues', async () => {
    const [moves, stays] = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const bulk = { _id: 'bulk-moved', action: 'resume', reason: 'because', by: 'operator', credential: 'session:abc', from: null, scope: '2 selected', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: moves, epoch: 0 }, { _id: stays, epoch: 1 }]);
    ops.bulks.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(await bulks().items(bulk._id, undefined, 10)).toMatchObject([{ outcome: 'rejected', code: 'saga.moved' }, { outcome: 'done' }]);
  });

  test('shows which of its resets have stopped again since, and refreshes itself while one is in flight', async () => {
    const [stops, finishes] = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const bulk = { _id: 'bulk-again', action: 'resume', reason: 'because', by: 'operator', credential: 'session', from: null, scope: '2 selected', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: stops, epoch: 1 }, { _id: finishes, epoch: 1 }]);
    ops.bulks.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    const before = (await get(`/bulk/${bulk._id}`).expect(200)).text;
    expect(before).toContain('Of the done ones, 0 resets finished, 2 in flight, 0 stopped again.');
    expect(before).toContain('hx-trigger="every 5s"');
    await sagas.runSaga(stops, 'unavailable');
    await sagas.runSaga(finishes, 'synced');
    const after = (await get(`/bulk/${bulk._id}`).expect(200)).text;
    expect(after).toContain('Of the done ones, 1 reset finished, 0 in flight, 1 stopped again.');
    expect(after.match(/>stopped again<\/span>/g)).toHaveLength(1);
    expect(after).not.toContain('hx-trigger');
  });

  test('shows the recovery that it started instead of the reset', async () => {
    const reset = await sagaAfter('synced');
    const bulk = { _id: 'bulk-recovery', action: 'recover', reason: 'because', by: 'operator', credential: 'session', from: null, scope: '1 selected', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: reset, epoch: 1 }]);
    ops.bulks.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    const [item] = await bulks().items(bulk._id, undefined, 1);
    const { text } = await get(`/bulk/${bulk._id}`).expect(200);
    expect(text).toContain(`<a href="/sagas/${item!.recovery_saga_id}">Started a recovery</a>`);
    expect(text).toContain('Of the done ones, 0 resets finished, 1 in flight');
  });

  test('does not exceed its rate', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => sagaAfter('synced')));
    const runner = createBulkRunner({ bulks: bulks(), commands: ops.commands, log: { debug() {}, info() {}, warn() {}, error() {} } });
    const bulk = { _id: 'bulk-rate', action: 'resume', reason: 'because', by: 'operator', credential: 'session:abc', from: null, scope: '6 selected', runner: runner.name, created_at: new Date() };
    await bulks().create(bulk, many.map((_id) => ({ _id, epoch: 1 })));
    const startedAt = performance.now();
    runner.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(performance.now() - startedAt).toBeGreaterThan(6 * 50 - 5);
  });

  test('that a restart interrupted is shown as such, can be continued, and repeats no action', async () => {
    const [done, open] = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const bulk = { _id: 'bulk-killed', action: 'resume', reason: 'because', by: 'operator', credential: 'session:abc', from: null, scope: '2 selected', runner: 'a process that was killed', created_at: new Date() };
    await bulks().create(bulk, [{ _id: done, epoch: 1 }, { _id: open, epoch: 1 }]);
    // The process died after the action and before it stored the result.
    await ops.commands.resume!(done, { by: 'operator', role: 'operator', credential: 'session:abc', from: null, reason: 'because', expectedEpoch: 1, bulkId: bulk._id });
    await post('/bulk/bulk-killed/continue', {}).expect(303);
    expect((await bulks().find(bulk._id))!.runner).toBe('a process that was killed');
    await ops.store.connection.collection<{ _id: string }>('bulks').updateOne({ _id: bulk._id }, { $set: { heartbeat_at: new Date(0) } });
    expect((await get('/bulk/bulk-killed').expect(200)).text).toMatch(/interrupted[\s\S]*Continue/);
    await post('/bulk/bulk-killed/continue', {}).expect(303);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(await bulks().items(bulk._id, undefined, 10)).toMatchObject([{ outcome: 'rejected', code: 'saga.not_stopped' }, { outcome: 'done' }]);
  });

  test('that is aborted changes nothing more', async () => {
    const left = await sagaAfter('unavailable');
    const bulk = { _id: 'bulk-aborted', action: 'resume', reason: 'because', by: 'operator', credential: 'session:abc', from: null, scope: '1 selected', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: left, epoch: 1 }]);
    await post('/bulk/bulk-aborted/abort', {}).expect(303);
    ops.bulks.start((await bulks().find(bulk._id))!);
    expect((await get('/bulk/bulk-aborted').expect(200)).text).toContain('aborted');
    await ops.bulks.stop();
    expect((await sagaViewRepository(ops.store).saga(left))!.phase).toBe('stopped');
  });
});
