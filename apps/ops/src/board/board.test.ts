import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import request from 'supertest';
import { jobId } from '@crossroads/saga-bullmq';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { SagaCommand } from '../commands/commands.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import { identityHeaders } from './permissions.js';

type Method = 'post' | 'put' | 'patch';

const resume = jest.fn<SagaCommand>();
let ops: OpenOps;
let cookies: { viewer: string; operator: string };
let sagaId: string;
let job: string;

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-board'), redisUrl: testRedisUrl(), commands: { resume } });
  cookies = { viewer: await signIn(ops.app, 'viewer'), operator: await signIn(ops.app, 'operator') };
  const sagas = sampleSagas(ops.store);
  sagaId = await sagas.accept({ order_number: '4711' }, 'c-4711');
  await sagas.runSaga(sagaId);
  job = jobId(sagaId, 0, new Date(0));
  await ops.bullmqQueue.add('reset_order', { saga_id: sagaId, correlation_id: 'c-4711', iban: 'DE00' } as never, { jobId: job });
}, 60_000);
afterAll(async () => {
  await ops.bullmqQueue.remove(job);
  await ops.close();
});
beforeEach(() => {
  resume.mockReset().mockResolvedValue({ ok: true });
});

/** Every route of the installed Bull Board that is not a GET, filled in. */
const changing = appRoutes.api.flatMap(({ method, route }) =>
  [method].flat().flatMap((each) => (each === 'get' ? [] : [route].flat().map((path) => ({ method: each as Method, route: path })))),
);

const retry = '/api/queues/:queueName/:jobId/retry';
const allowed = [retry, '/api/queues/:queueName/pause', '/api/queues/:queueName/resume'];

const ask = (role: 'viewer' | 'operator', method: Method, route: string, headers: Record<string, string> = {}) => {
  const path = route.replace(':queueName', 'sagas').replace(':jobId', job).replace(':queueStatus', 'failed').replace(':schedulerId', 's');
  return fromOurPages(request(ops.app)[method](`/queues${path}`)).set({ cookie: cookies[role], ...headers }).send({});
};

test('the installed Bull Board has routes that change queues', () => {
  expect(changing.length).toBeGreaterThan(15);
  for (const route of allowed) expect(changing.map((each) => each.route)).toContain(route);
});

describe('a viewer', () => {
  test.each(changing)('may not $method $route', async ({ method, route }) => {
    const { status, body } = await ask('viewer', method, route);
    expect({ status, message: (body as { message?: string }).message }).toEqual({ status: 403, message: 'Viewers can see queues but cannot change them.' });
  });

  test('does not become an operator by a header', async () => {
    expect((await ask('viewer', 'put', retry, { [identityHeaders.role]: 'operator', [identityHeaders.username]: 'operator' })).status).toBe(403);
    expect(resume).not.toHaveBeenCalled();
  });

  test('can see job ids only, and has a link from a job to its reset', async () => {
    const { body } = await request(ops.app).get(`/queues/api/queues/sagas/${job}`).set('cookie', cookies.viewer).expect(200);
    expect(body).toMatchObject({ job: { data: { saga_id: sagaId, correlation_id: 'c-4711', iban: '***' }, externalUrl: { href: `/sagas/${sagaId}` } } });
    const board = await request(ops.app).get('/queues').set('cookie', cookies.viewer).expect(200);
    expect(board.text).toContain('"label":"test"');
    await request(ops.app).get('/queues/api/redis/stats').set('cookie', cookies.viewer).expect(403);
  });
});

describe('an operator', () => {
  test.each(changing.filter(({ route }) => !allowed.includes(route)))('may not $method $route', async ({ method, route }) => {
    const { status, body } = await ask('operator', method, route);
    expect(status).toBe(403);
    expect((body as { message: string }).message).toContain('Open the reset and act there.');
  });

  test('resumes the saga by retrying its job', async () => {
    await ask('operator', 'put', retry);
    expect(resume).toHaveBeenCalledWith(sagaId, { by: 'operator', role: 'operator', credential: expect.stringMatching(/^session:/), from: expect.any(String), reason: 'Retry on Bull Board', expectedEpoch: 1 });
  });

  test('gets the reason why a saga could not be resumed', async () => {
    resume.mockResolvedValue({ ok: false, code: 'saga.ended', message: 'The saga has finished.' });
    const { status, body } = await ask('operator', 'put', retry);
    expect({ status, message: (body as { message: string }).message }).toEqual({ status: 409, message: 'The saga has finished.' });
  });

  test('pauses and resumes the queue', async () => {
    await ask('operator', 'put', '/api/queues/:queueName/pause').expect(200);
    expect(await ops.bullmqQueue.isPaused()).toBe(true);
    await ask('operator', 'put', '/api/queues/:queueName/resume').expect(200);
    expect(await ops.bullmqQueue.isPaused()).toBe(false);
  });
});

describe('while the queue is paused', () => {
  const pages: (string | (() => string))[] = ['/', '/sagas?show=in-flight', () => `/sagas/${waiting}`, () => `/sagas/${waiting}/live`];
  let waiting: string;
  beforeAll(async () => {
    // Two sagas, so that a search does not redirect to a single result.
    for (const name of ['c-1', 'c-2']) waiting = await sampleSagas(ops.store).accept({ order_number: '9999' }, name);
  });
  afterEach(() => ops.bullmqQueue.resume());
  const show = (page: (typeof pages)[number]) => request(ops.app).get(typeof page === 'string' ? page : page()).set('cookie', cookies.viewer).expect(200);
  /** Returns the text of the notice without tags. */
  const noticeOn = async (page: (typeof pages)[number]) => /<p[^>]*data-testid="queue-paused">(.*?)<\/p>/s.exec((await show(page)).text)?.[1]?.replaceAll(/<[^>]+>/g, '');

  test.each(pages)('page %# shows who paused it and since when, until it is resumed', async (page) => {
    expect(await noticeOn(page)).toBeUndefined();
    await ask('operator', 'put', '/api/queues/:queueName/pause').expect(200);
    // A second pause, and a rejected one by a viewer, do not change the time.
    await ask('operator', 'put', '/api/queues/:queueName/pause').expect(200);
    await ask('viewer', 'put', '/api/queues/:queueName/pause').expect(403);
    expect(await noticeOn(page)).toMatch(/^Queue paused by operator since \d\d:\d\d:\d\d \([^)]+\)\. No saga is processed, and none is lost\. Press Resume on Queues\.$/);
    await ask('operator', 'put', '/api/queues/:queueName/resume').expect(200);
    expect(await noticeOn(page)).toBeUndefined();
  });

  test.each(pages)('page %# shows that another tool paused it', async (page) => {
    await ops.bullmqQueue.pause();
    expect(await noticeOn(page)).toBe('Queue paused by another tool. No saga is processed, and none is lost. Press Resume on Queues.');
  });

  test('the page of an ended saga does not show it', async () => {
    await ops.bullmqQueue.pause();
    const order_number = '9998';
    const ended = await sampleSagas(ops.store).accept({ order_number });
    await sampleSagas(ops.store).runSaga(ended);
    expect(await noticeOn(() => `/sagas/${ended}`)).toBeUndefined();
  });
});

test('changes on the board, and rejected ones, have an audit entry', async () => {
  const { text } = await request(ops.app).get('/audit?action=board+pause').set('cookie', cookies.viewer).expect(200);
  expect(text).toMatch(/operator[\s\S]*board pause[\s\S]*>done</);
  expect(text).toMatch(/viewer[\s\S]*board pause[\s\S]*>rejected</);
});

test('a saga redirects to its job, whose epoch is older', async () => {
  const found = await request(ops.app).get(`/sagas/${sagaId}/job`).set('cookie', cookies.viewer).expect(303);
  expect(found.headers['location']).toBe(`/queues/queue/sagas/${job}`);
  await request(ops.app).get('/sagas/unknown/job').set('cookie', cookies.viewer).expect(404);
});

test('the board requires a session', async () => {
  await request(ops.app).get('/queues').expect(303);
  await request(ops.app).get('/queues/api/queues').set('accept', 'application/json').expect(401);
});

test('without the resume command, a retry is rejected', async () => {
  const bare = await openOps({ mongodbUri: ownDatabase('ops-board-bare'), redisUrl: testRedisUrl(), commands: {} });
  try {
    const cookie = await signIn(bare.app, 'operator');
    const { status, body } = await fromOurPages(request(bare.app).put(`/queues/api/queues/sagas/${job}/retry`)).set('cookie', cookie);
    expect(status).toBe(403);
    expect((body as { message: string }).message).toContain('would not continue its reset');
  } finally {
    await bare.close();
  }
});
