import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditRepository, auditedCommands, directoryRepository, operatorKeyRepository, operatorRepository, operatorAccounts } from '@crossroads/store';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import { runOperators } from '../operator-admin/command-line.js';
import { operatorCommands } from '../operator-admin/commands.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

let ops: OpenOps;
let sagas: ReturnType<typeof sampleSagas>;
const keys: Record<string, string> = {};
const operators = () => operatorCommands({ operators: operatorRepository(ops.store), accounts: operatorAccounts(ops.store), keys: operatorKeyRepository(ops.store), audited: auditedCommands(ops.store) });
const run = (...args: string[]) => runOperators(args, operators());
const keyIn = (output: string) => /crossroads_ops_\S+/.exec(output)![0];

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-api'), redisUrl: testRedisUrl() });
  sagas = sampleSagas(ops.store, 1);
  for (const name of ['viewer', 'operator']) keys[name] = keyIn(await run('key', name));
  await directoryRepository(ops.store).saveInstance({ _id: 'globex-prod', tenant_id: 'tenant-globex', name: 'production', source_system: 'webhook', source_system_id: null, url: 'https://globex.example', secret_ref: 'env:SECRET_NAME' });
}, 60_000);
afterAll(() => ops.close());

let number = 7_000;
const stopped = async (): Promise<string> => {
  const order_number = String(number++);
  await addOrder(ops.store, sampleOrder(order_number));
  const id = await sagas.accept({ order_number });
  await sagas.runSaga(id, 'unavailable');
  return id;
};
const post = (path: string, body: object, key = keys['operator']!) => request(ops.app).post(`/v1/ops${path}`).set('authorization', `Bearer ${key}`).send(body);
const get = (path: string, key = keys['viewer']!) => request(ops.app).get(`/v1/ops${path}`).set('authorization', `Bearer ${key}`);

describe('sagas', () => {
  test('are resumed if their epoch is the expected one', async () => {
    const id = await stopped();
    expect((await post(`/sagas/${id}/resume`, { reason: 'they are back', expected_epoch: 7 }).expect(409)).body).toEqual({ detail: expect.stringContaining('has changed'), code: 'saga.moved' });
    const { body } = await post(`/sagas/${id}/resume`, { reason: 'they are back', expected_epoch: 1 }).expect(200);
    expect(body).toMatchObject({ ok: true, saga: { saga_id: id, phase: 'running' } });
    const { records } = await auditRepository(ops.store).list({ sagaId: id }, { limit: 10 });
    const credential = `key:${keys['operator']!.split('_')[2]}`;
    expect(records).toMatchObject([{ action: 'resume', by: 'operator', credential, outcome: 'done' }, { credential, outcome: 'rejected', code: 'saga.moved' }]);
  });

  test('are terminated and recovered, and the response has the id of the recovery', async () => {
    const id = await stopped();
    await post(`/sagas/${id}/terminate`, { reason: 'they will not be back' }).expect(200);
    const { body } = await post(`/sagas/${id}/recover`, { reason: 'restore it' }).expect(200);
    const recoveryId = (body as { recovery_saga_id: string }).recovery_saga_id;
    expect((await get(`/sagas/${recoveryId}`).expect(200)).body).toMatchObject({ saga: { type: 'recover_order' } });
  });

  test('are listed by filter with a cursor, and without secrets', async () => {
    const id = await stopped();
    const { body } = await get('/sagas?show=attention&limit=1').expect(200);
    expect(body).toMatchObject({ sagas: [{ saga_id: id, error: { code: 'destination.unavailable' } }] });
    const { text } = await get(`/sagas/${id}`).expect(200);
    expect(text).not.toMatch(/-secret-value/);
    expect(JSON.parse(text)).toMatchObject({ saga: { saga_id: id }, entries: expect.any(Array), actions: [] });
    expect((await get(`/sagas/${id}`, keys['operator']).expect(200)).body).toMatchObject({ actions: ['resume', 'terminate'] });
  });

  test.each(['phase=bogus', 'phase=', 'show=bogus', 'status=bogus', 'tenant=', 'q=', 'before=zzz', 'after=01a2', 'foo=1', 'limit=none', 'limit=201', 'phase=ended&phase=stopped'])(
    'are not listed with the wrong parameter %s',
    async (query) => {
      await stopped();
      const { body } = await get(`/sagas?${query}`).expect(422);
      expect(body).toEqual({ detail: expect.stringMatching(`^${query.split('=')[0]}: `), code: 'request.invalid' });
    },
  );

  test('are neither shown nor changed with an unknown parameter or field', async () => {
    const id = await stopped();
    const unknown = { detail: expect.stringMatching('^foo: unknown'), code: 'request.invalid' };
    const body = { reason: 'because' };
    expect((await get(`/sagas/${id}?foo=1`).expect(422)).body).toEqual(unknown);
    expect((await post(`/sagas/${id}/resume?foo=1`, body).expect(422)).body).toEqual(unknown);
    expect((await post(`/sagas/${id}/resume`, { ...body, foo: 1 }).expect(422)).body).toEqual(unknown);
    expect((await post('/destinations/globex-prod/pause?foo=1', body).expect(422)).body).toEqual(unknown);
    expect((await post('/destinations/globex-prod/pause', { ...body, foo: 1 }).expect(422)).body).toEqual(unknown);
    expect((await get(`/sagas/${id}`).expect(200)).body).toMatchObject({ saga: { phase: 'stopped' } });
    expect((await directoryRepository(ops.store).instance('globex-prod'))!.paused).not.toBe(true);
  });

  test.each([
    ['without a reason', {}, 422, 'request.invalid'],
    ['with an invalid epoch', { reason: 'because', expected_epoch: 'x' }, 422, 'request.invalid'],
  ])('are not changed %s', async (_case, body, status, code) => {
    expect((await post(`/sagas/${await stopped()}/resume`, body).expect(status)).body).toMatchObject({ detail: expect.any(String), code });
  });

  test('that do not exist, and unknown addresses, are errors in JSON', async () => {
    expect((await post('/sagas/unknown/resume', { reason: 'because' }).expect(404)).body).toMatchObject({ code: 'saga.unknown' });
    expect((await get('/nowhere').expect(404)).body).toMatchObject({ code: 'request.not_found' });
  });
});

describe('destinations', () => {
  test('are paused and resumed with a reason, which their page and the audit log show', async () => {
    await post('/destinations/globex-prod/pause', { reason: 'maintenance until 04:00' }).expect(200);
    const cookie = await signIn(ops.app, 'viewer');
    const page = await request(ops.app).get('/destinations').set('cookie', cookie).expect(200);
    expect(page.text).toContain('maintenance until 04:00 (operator)');
    expect(page.text).not.toContain('SECRET_NAME');
    await post('/destinations/globex-prod/pause', { reason: 'again' }).expect(409);
    await post('/destinations/globex-prod/resume', { reason: 'they are back' }).expect(200);
    await post('/destinations/unknown/pause', { reason: 'because' }).expect(404);
    const auditPage = await request(ops.app).get('/audit?action=destination+pause').set('cookie', cookie).expect(200);
    expect(auditPage.text.match(/data-testid="audit"/g)).toHaveLength(3);
  });
});

test.each(['pause', 'resume'])('the form that would %s a destination has the rule of the API for its reason', async (action) => {
  const cookie = await signIn(ops.app, 'operator');
  for (const reason of ['', 'x', ' xy ', 'x'.repeat(501)]) {
    const { text } = await fromOurPages(request(ops.app).post(`/destinations/globex-prod/${action}`)).set('cookie', cookie).type('form').send({ reason }).expect(422);
    expect(text).toContain('Enter a reason of 3 to 500 characters. Nothing was changed.');
    await post(`/destinations/globex-prod/${action}`, { reason }).expect(422);
  }
  const unknown = fromOurPages(request(ops.app).post(`/destinations/unknown/${action}`)).set('cookie', cookie).type('form');
  expect((await unknown.send({ reason: 'because' }).expect(404)).text).toContain('No destination has this id.');
});

test('of many operators who pause a destination at once, one succeeds, and its reason is stored', async () => {
  const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => post('/destinations/globex-prod/pause', { reason: `reason ${index}` })));
  const won = responses.findIndex(({ status }) => status === 200);
  expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(19).fill(409)]);
  expect((await directoryRepository(ops.store).instance('globex-prod'))!.paused_reason).toBe(`reason ${won} (operator)`);
  await post('/destinations/globex-prod/resume', { reason: 'they are back' }).expect(200);
});

describe('permissions', () => {
  test('a viewer gets 403 for every change', async () => {
    const id = await stopped();
    for (const action of ['resume', 'recover', 'terminate', 'run-now', 'cancel']) {
      expect((await post(`/sagas/${id}/${action}`, { reason: 'because' }, keys['viewer']).expect(403)).body).toMatchObject({ code: 'operator.viewer' });
    }
    await post('/destinations/globex-prod/pause', { reason: 'because' }, keys['viewer']).expect(403);
  });

  test('a session is accepted if the request comes from the pages', async () => {
    const cookie = await signIn(ops.app, 'operator');
    const id = await stopped();
    const bySession = () => request(ops.app).post(`/v1/ops/sagas/${id}/resume`).set('cookie', cookie).send({ reason: 'because' });
    expect((await bySession().expect(403)).body).toMatchObject({ code: 'operator.not_allowed' });
    await bySession().set('origin', 'http://evil.example').expect(403);
    await fromOurPages(bySession()).expect(200);
  });

  test.each(['Bearer nonsense', `Bearer crossroads_ops_${'0'.repeat(16)}_${'a'.repeat(43)}`, 'Basic YTpi'])('rejects %s', async (authorization) => {
    expect((await request(ops.app).get('/v1/ops/sagas').set('authorization', authorization).expect(401)).body).toMatchObject({ code: 'operator.key_rejected' });
    await request(ops.app).get('/v1/ops/sagas').set('accept', 'application/json').expect(401);
  });

  test('a known key with another secret is rejected', async () => {
    const other = `${keys['operator']!.slice(0, -43)}${'a'.repeat(43)}`;
    expect((await get('/sagas', other).expect(401)).body).toMatchObject({ code: 'operator.key_rejected' });
    await get('/sagas', keys['operator']).expect(200);
  });

  test('a key is invalid once its operator is removed, it is revoked, or it has expired', async () => {
    await run('create', 'grace', '--role', 'operator');
    const [first, second] = [keyIn(await run('key', 'grace')), keyIn(await run('key', 'grace', '--expires', '2999-01-01'))];
    await get('/sagas', first).expect(200);
    await run('revoke', first.split('_')[2]!);
    await get('/sagas', first).expect(401);
    await ops.store.connection.collection<{ _id: string }>('operator_keys').updateOne({ _id: second.split('_')[2]! }, { $set: { expires_at: new Date(0) } });
    await get('/sagas', second).expect(401);
    const third = keyIn(await run('key', 'grace'));
    expect(await run('revoke', 'grace')).toMatch(/\d keys? revoked/);
    await get('/sagas', third).expect(401);
  });

  test('a key created while its operator is removed is not valid for a later operator of that name', async () => {
    await run('create', 'linus', '--role', 'operator');
    const stored = operatorKeyRepository(ops.store);
    const late = operatorCommands({
      operators: operatorRepository(ops.store),
      accounts: operatorAccounts(ops.store),
      audited: auditedCommands(ops.store),
      keys: {
        ...stored,
        save: async (key) => {
          await run('revoke', 'linus');
          await stored.save(key);
        },
      },
    });
    await expect(late.key('linus', null)).rejects.toThrow('not found');
    expect((await stored.list()).filter(({ username, revoked_at }) => username === 'linus' && revoked_at === null)).toEqual([]);
  });

  test('an interrupted revocation is finished by repeating it', async () => {
    await run('create', 'donald', '--role', 'operator');
    const key = keyIn(await run('key', 'donald'));
    await operatorAccounts(ops.store).remove('donald');
    expect(await run('revoke', 'donald')).toContain('1 key revoked');
    await run('create', 'donald', '--role', 'operator');
    await get('/sagas', key).expect(401);
    await expect(run('revoke', 'unknown-name')).rejects.toThrow('not found');
  });

  test('create without --role keeps the role of an existing operator, and makes a new one a viewer', async () => {
    expect(await run('create', 'edsger', '--role', 'operator')).toContain('Operator created: edsger (operator)');
    expect(await run('create', 'edsger')).toContain('Password replaced for edsger (operator)');
    expect(await operatorRepository(ops.store).find('edsger')).toMatchObject({ role: 'operator' });
    expect(await run('create', 'edsger', '--role', 'viewer')).toContain('(viewer)');
    expect(await run('create', 'tony')).toContain('Operator created: tony (viewer)');
    await expect(run('create', 'tony', '--role', '')).rejects.toThrow('--role must be one of');
  });

  test('an operator cannot have a name that differs only in case from an existing one', async () => {
    await run('create', 'bob', '--role', 'operator');
    await expect(run('create', 'Bob', '--role', 'viewer')).rejects.toThrow('"Bob" differs only in case from the operator "bob"');
    expect(await operatorRepository(ops.store).find('Bob')).toBeUndefined();
    expect(await run('create', 'bob')).toContain('Password replaced for bob');
  });

  test.each(['2030-02-31', '2030', '1', 'soon', '2020-01-01'])('a key cannot expire on %j', async (expires) => {
    await expect(run('key', 'viewer', '--expires', expires)).rejects.toThrow('--expires must be an existing day in the future');
  });

  test('no key and no password is stored in plain text', async () => {
    const password = (await run('create', 'alan')).trim().split(/\s+/).at(-1)!;
    const text = JSON.stringify([await ops.store.connection.collection('operator_keys').find().toArray(), await ops.store.connection.collection('operators').find().toArray()]);
    for (const secret of [password, keys['operator']!.slice(-43)]) expect(text).not.toContain(secret);
    expect(await run('list')).toMatch(/alan {2}viewer/);
    await expect(run('create', 'a b', '--role', 'king')).rejects.toThrow('username');
    await expect(run('revoke', 'unknown')).rejects.toThrow('not found');
    await expect(run()).rejects.toThrow('npm run operators');
  });
});

test.each(['before=zzz', 'before=', 'foo=1', 'by=a&by=b'])('the audit page with the wrong parameter %s names it and links to the page without it', async (query) => {
  const cookie = await signIn(ops.app, 'viewer');
  const { text } = await request(ops.app).get(`/audit?action=login&saga=&${query}`).set('cookie', cookie).expect(400);
  expect(text).toContain(`${query.split('=')[0]}: `);
  expect(text).toContain('href="/audit?action=login"');
  await request(ops.app).get('/audit?by=&action=&saga=').set('cookie', cookie).expect(200);
});

test('logins have an audit entry, and failed ones name known operators only', async () => {
  await fromOurPages(request(ops.app).post('/login')).type('form').send({ username: 'viewer', password: 'wrong' });
  await fromOurPages(request(ops.app).post('/login')).type('form').send({ username: 'my secret password', password: 'x' });
  const cookie = await signIn(ops.app, 'viewer');
  const { text } = await request(ops.app).get('/audit?action=login').set('cookie', cookie).expect(200);
  expect(text).toContain('operator.wrong_password');
  expect(text).toContain('(unknown name)');
  expect(text).not.toContain('my secret password');
});
