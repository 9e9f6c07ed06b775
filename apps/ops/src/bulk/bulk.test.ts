import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bulkRepository, sagaViewRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import { fromOurPages, signIn } from '../testing/sign-in.js';
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
const sagaAfter = async (taking: 'unavailable' | 'synced'): Promise<string> => {
  const order_number = String(number++);
  await addOrder(ops.store, sampleOrder(order_number));
  const id = await sagas.accept({ order_number });
  await sagas.runSaga(id, taking);
  return id;
};
const get = (path: string) => request(ops.app).get(path).set('cookie', cookie);
const post = (path: string, body: object) => fromOurPages(request(ops.app).post(path)).set('cookie', cookie).type('form').send(body);
const bulks = () => bulkRepository(ops.store);
const idIn = (location: string) => location.split('/').at(-1)!;

describe('a bulk', () => {
  test('first shows the count, and which are left alone', async () => {
    const [one, two] = [await sagaAfter('unavailable'), await sagaAfter('synced')];
    const { text } = await get(`/bulk/new?action=resume&scope=ticked&saga=${one}&saga=${two}`).expect(200);
    expect(text).toContain('Resume: 1 of 2 sagas');
    expect(text).toMatch(/Left alone[\s\S]*<span class="count">1</);
  });

  test('by filter takes all that match, not only the page, and tells each result', async () => {
    const ids = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const { text } = await get('/bulk/new?action=resume&scope=matching&show=attention').expect(200);
    const [, counted] = /Resume: (\d+) of \1 sagas/.exec(text)!;
    const begun = await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', counted, reason: 'they are back' }).expect(303);
    const id = idIn(begun.headers['location']!);
    await eventually(async () => (await bulks().find(id))!.state === 'done');
    expect((await bulks().counts(id)).done).toBe(Number(counted));
    for (const each of ids) expect((await sagaViewRepository(ops.store).saga(each))!.phase).toBe('running');
    expect((await get(`/bulk/${id}`).expect(200)).text).toContain('all that match show = attention');
    expect((await get('/bulk').expect(200)).text).toContain('they are back');
  });

  test('is asked about again when more match than were seen', async () => {
    await sagaAfter('unavailable');
    const grown = await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', counted: 0, reason: 'because' }).expect(409);
    expect(grown.text).toContain('More sagas match than when you looked');
    await post('/bulk', { action: 'resume', scope: 'matching', show: 'attention', counted: 99, reason: '' }).expect(422);
  });

  test('of nothing, or of what is not offered, or by a viewer, is refused', async () => {
    await get('/bulk/new?action=constructor&scope=ticked').expect(422);
    const viewer = await signIn(ops.app, 'viewer');
    await request(ops.app).get('/bulk/new?action=resume&scope=matching').set('cookie', viewer).expect(403);
    await fromOurPages(request(ops.app).post('/bulk')).set('cookie', viewer).type('form').send({ action: 'resume', scope: 'matching', counted: 9, reason: 'because' }).expect(403);
  });

  test('leaves alone what has moved on since it was chosen, and goes on', async () => {
    const [moves, stays] = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const bulk = { _id: 'bulk-moved', action: 'resume', reason: 'because', by: 'operator', from: null, scope: '2 ticked', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: moves, epoch: 0 }, { _id: stays, epoch: 1 }]);
    ops.bulks.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(await bulks().items(bulk._id, undefined, 10)).toMatchObject([{ outcome: 'rejected', code: 'saga.moved' }, { outcome: 'done' }]);
  });

  test('keeps to its rate', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => sagaAfter('synced')));
    const runner = createBulkRunner({ bulks: bulks(), commands: ops.commands, log: { debug() {}, info() {}, warn() {}, error() {} } });
    const bulk = { _id: 'bulk-rate', action: 'resume', reason: 'because', by: 'operator', from: null, scope: '6 ticked', runner: runner.name, created_at: new Date() };
    await bulks().create(bulk, many.map((_id) => ({ _id, epoch: 1 })));
    const began = performance.now();
    runner.start((await bulks().find(bulk._id))!);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(performance.now() - began).toBeGreaterThan(6 * 50 - 5);
  });

  test('that a restart interrupted says so, can be continued, and does nothing twice', async () => {
    const [done, open] = [await sagaAfter('unavailable'), await sagaAfter('unavailable')];
    const bulk = { _id: 'bulk-killed', action: 'resume', reason: 'because', by: 'operator', from: null, scope: '2 ticked', runner: 'a process that was killed', created_at: new Date() };
    await bulks().create(bulk, [{ _id: done, epoch: 1 }, { _id: open, epoch: 1 }]);
    // It died between the deed and its note.
    await ops.commands.resume!(done, { by: 'operator', role: 'operator', from: null, reason: 'because', expectedEpoch: 1, bulkId: bulk._id });
    await post('/bulk/bulk-killed/continue', {}).expect(303);
    expect((await bulks().find(bulk._id))!.runner).toBe('a process that was killed');
    await ops.store.connection.collection<{ _id: string }>('bulks').updateOne({ _id: bulk._id }, { $set: { heartbeat_at: new Date(0) } });
    expect((await get('/bulk/bulk-killed').expect(200)).text).toMatch(/interrupted[\s\S]*Continue/);
    await post('/bulk/bulk-killed/continue', {}).expect(303);
    await eventually(async () => (await bulks().find(bulk._id))!.state === 'done');
    expect(await bulks().items(bulk._id, undefined, 10)).toMatchObject([{ outcome: 'rejected', code: 'saga.not_stopped' }, { outcome: 'done' }]);
  });

  test('that is aborted touches nothing more', async () => {
    const left = await sagaAfter('unavailable');
    const bulk = { _id: 'bulk-aborted', action: 'resume', reason: 'because', by: 'operator', from: null, scope: '1 ticked', runner: ops.bulks.name, created_at: new Date() };
    await bulks().create(bulk, [{ _id: left, epoch: 1 }]);
    await post('/bulk/bulk-aborted/abort', {}).expect(303);
    ops.bulks.start((await bulks().find(bulk._id))!);
    expect((await get('/bulk/bulk-aborted').expect(200)).text).toContain('aborted');
    await ops.bulks.stop();
    expect((await sagaViewRepository(ops.store).saga(left))!.phase).toBe('stopped');
  });
});
