import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { intakeWorld, to } from './world.js';
import type { IntakeWorld, Reply } from './world.js';

let world: IntakeWorld;
beforeAll(async () => (world = await intakeWorld('polling', { maxConcurrentWaits: 20 })));
afterAll(() => world.close());

const submit = async (headers: [string, string][] = []): Promise<Reply> => {
  const order = await world.deliver();
  return world.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: order.origin_order_number } } });
};
const idOf = ({ body }: Reply): string => body.log.correlation_id;
const poll = (id: string, headers: [string, string][] = [], query = '') => world.call(`/v1/order/reset/${id}${query}`, { headers });

describe('polling', () => {
  test('right after the reply is never 404, and never goes back', async () => {
    for (let i = 0; i < 10; i++) {
      const id = idOf(await submit());
      const seen: string[] = [];
      let done = false;
      while (!done) {
        const { status, body } = await poll(id);
        expect(status).toBe(200);
        seen.push(body.status);
        done = body.done;
      }
      const ranks = seen.map((status) => ['pending', 'origin_mapped', 'master_mapped', 'destination_mapped', 'synced'].indexOf(status));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(ranks).not.toContain(-1);
    }
  });

  test('tells the end in full', async () => {
    const id = idOf(await submit());
    const { body, headers } = await world.over(id);
    expect(body).toMatchObject({ status: 'synced', correlation_id: id, done: true, step: null, attempts: 0, next_attempt_at: null });
    expect(body.logs.map(({ title }: { title: string }) => title)[0]).toBe('Reset accepted');
    expect(body.log).toEqual(body.logs.at(-1));
    expect(headers['retry-after']).toBeUndefined();
  });

  test('knows what the caller knows', async () => {
    const id = idOf(await submit());
    const { headers } = await world.over(id);
    const same = await poll(id, [['If-None-Match', `"other", W/${headers['etag']!}`]]);
    expect([same.status, same.text, same.headers['etag'], same.headers['x-correlation-id']]).toEqual([304, '', headers['etag'], id]);
    expect((await poll(id, [['If-None-Match', '"other"']])).status).toBe(200);
    const head = await world.call(`/v1/order/reset/${id}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', headers['etag']]);
  });

  test.each([['abc', 'int_parsing'], ['-1', 'greater_than_equal'], ['1.5', 'int_from_float'], ['1&wait=2', 'int_type']])('with wait=%s is refused', async (wait, type) => {
    const { status, body } = await poll('whatever-1', [], `?wait=${wait}`);
    expect([status, body.detail[0].loc, typeof type]).toEqual([422, ['query', 'wait'], 'string']);
  });
});

describe('waiting', () => {
  test('with the submission answers with the outcome', async () => {
    const reply = await submit([['Prefer', 'respond-async, wait=20']]);
    expect(reply.body).toMatchObject({ status: 'synced', log: { status: 'succeeded' } });
    expect(reply.headers['preference-applied']).toBe('wait=20');
    // Long before its time is up.
    expect(reply.ms).toBeLessThan(15_000);
  });

  test('ends when its time is up', async () => {
    world.working = false;
    const reply = await submit([['Prefer', 'wait=1']]);
    expect(reply.body.status).toBe('pending');
    expect(reply.ms).toBeGreaterThan(950);
    const polled = await poll(idOf(reply), [], '?wait=1');
    world.working = true;
    expect([polled.body.done, polled.ms > 950]).toEqual([false, true]);
  });

  test('together with a known tag ends at the next change', async () => {
    world.working = false;
    const id = idOf(await submit());
    const { headers, body } = await poll(id);
    const waiting = poll(id, [['If-None-Match', headers['etag']!]], '?wait=10');
    world.working = true;
    await world.runSaga(body.saga_id);
    const reply = await waiting;
    expect([reply.status, reply.headers['etag'] === headers['etag']]).toEqual([200, false]);
  });

  test('is short when all places are taken, and one tenant cannot take them all', async () => {
    world.working = false;
    const ids = await Promise.all(Array.from({ length: 14 }, async () => idOf(await submit())));
    const replies = await Promise.all(ids.map((id) => poll(id, [], '?wait=1')));
    world.working = true;
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(replies.filter(({ ms }) => ms > 950)).toHaveLength(10);
  });
});

/** Opens a stream on a connection of its own. */
const open = (id: string, headers: Record<string, string> = {}, { url, keys } = world) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/v1/order/reset/${id}/events`, { agent: false, headers: { 'X-API-Key': keys.Alpha, ...headers } }, resolve).on('error', reject).end();
  });

const textOf = async (stream: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
};

/** Reads a stream to its end: the events' names and ids. */
const stream = async (id: string, headers: Record<string, string> = {}) => read(await open(id, headers));

const read = async (response: IncomingMessage) => {
  const text = await textOf(response);
  const events = text.split('\n\n').flatMap((block) => {
    const [, event] = /^event: (.*)$/m.exec(block) ?? [];
    return event === undefined ? [] : [{ event, id: /^id: (.*)$/m.exec(block)![1]!, data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as Record<string, unknown> }];
  });
  return { status: response.statusCode, type: response.headers['content-type'], text, events };
};

describe('the stream', () => {
  test('begins with a snapshot, tells each entry once in order, and closes with done', async () => {
    world.working = false;
    const reply = await submit();
    const id = idOf(reply);
    // Its headers leave together with the snapshot.
    const opened = await open(id);
    world.working = true;
    await world.runSaga(reply.body.log.saga_id);
    const { events, type, text } = await read(opened);
    expect(type).toContain('text/event-stream');
    expect(text.startsWith('retry: 2000\n\n')).toBe(true);
    expect(events[0]).toMatchObject({ event: 'snapshot', id: '1', data: { status: 'pending' } });
    expect(events.filter(({ event }) => event === 'log').map(({ id: place }) => place)).toEqual(['2', '3', '4', '5', '6', '7']);
    expect(events.at(-1)).toMatchObject({ event: 'done', id: '7-done', data: { status: 'synced', done: true } });
  });

  test('goes on from Last-Event-ID, and has nothing for who has seen it all', async () => {
    const id = idOf(await submit());
    await world.over(id);
    expect((await stream(id, { 'Last-Event-ID': '5' })).events.map(({ event, id: place }) => [event, place])).toEqual([['log', '6'], ['log', '7'], ['done', '7-done']]);
    expect((await stream(id)).events.map(({ event }) => event)).toEqual(['snapshot', 'done']);
    const again = await stream(id, { 'Last-Event-ID': '7-done' });
    expect([again.status, again.text]).toEqual([204, '']);
  });

  test('frees its place when the reader leaves', async () => {
    world.working = false;
    const id = idOf(await submit());
    for (let round = 0; round < 25; round++) {
      const response = await open(id);
      expect(response.statusCode).toBe(200);
      response.destroy();
    }
    world.working = true;
  });
});

describe('another tenant', () => {
  const paths = (id: string) => [['GET', `/v1/order/reset/${id}`], ['GET', `/v1/order/reset/${id}/events`], ['POST', `/v1/order/reset/${id}/cancel`], ['POST', `/v1/order/reset/${id}/accept`], ['POST', `/v1/order/reset/${id}/reject`]] as const;

  test('gets byte for byte what an unknown id gets', async () => {
    const id = idOf(await submit());
    for (const [index, [method, path]] of paths(id).entries()) {
      const asked = (url: string) => world.call(url, { method, as: 'Gamma', headers: to('Alpha'), ...(method === 'POST' && { body: {} }) });
      const foreign = await asked(path);
      const unknown = await asked(paths('no-such-id-anywhere')[index]![1]);
      const stable = ({ status, text, headers }: Reply) => ({ status, text, headers: Object.keys(headers).sort(), length: headers['content-length'] });
      expect(foreign.status).toBe(404);
      expect(stable(foreign)).toEqual(stable(unknown));
    }
  });

  test('does not find it in its list', async () => {
    await submit();
    expect((await world.call('/v1/order/reset', { as: 'Gamma' })).body).toEqual({ items: [], next_cursor: null });
  });
});

describe('the list', () => {
  test('comes in pages, newest first, none twice and none left out', async () => {
    const pages: string[] = [];
    let path: string | undefined = '/v1/order/reset?limit=7';
    while (path) {
      const { body, headers }: Reply = await world.call(path);
      pages.push(...body.items.map(({ saga_id }: { saga_id: string }) => saga_id));
      path = /<(.*)>/.exec(String(headers['link'] ?? ''))?.[1];
      expect(path === undefined).toBe(body.next_cursor === null);
    }
    expect(pages).toEqual([...new Set(pages)].toSorted().toReversed());
    expect(pages.length).toBe((await world.call('/v1/order/reset?limit=9999')).body.items.length);
  });

  test('finds by order, and refuses what is not a filter', async () => {
    const order = await world.deliver();
    const { body } = await world.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const found = await world.call(`/v1/order/reset?order_number=${order.origin_order_number}`);
    expect(found.body.items).toMatchObject([{ correlation_id: body.log.correlation_id, dest_tenant_name: 'Beta', order: { order_id: null } }]);
    const { next_cursor } = (await world.call('/v1/order/reset?limit=1')).body;
    for (const query of [`cursor=${next_cursor}&status=error`, 'cursor=nonsense', 'limit=0', 'limit=x', 'status=other', 'status=error&status=synced']) {
      expect([query, (await world.call(`/v1/order/reset?${query}`)).status]).toEqual([query, 422]);
    }
  });
});

/** Polls with `wait`, and answers as soon as the server has the request in hand, which it says itself. */
const held = ({ url, keys }: IntakeWorld, id: string): Promise<{ reply: Promise<string> }> =>
  new Promise((resolve, reject) => {
    const asking = request(`${url}/v1/order/reset/${id}?wait=20`, { agent: false, headers: { 'X-API-Key': keys.Alpha, Expect: '100-continue' } });
    const reply = new Promise<IncomingMessage>((replied) => void asking.once('response', replied)).then(textOf);
    asking.once('continue', () => resolve({ reply })).once('error', reject).end();
  });

test('a held reply and a stream are ended at once when the intake shuts down', async () => {
  const closing = await intakeWorld('polling-closing');
  closing.working = false;
  const order = await closing.deliver();
  const submitted = await closing.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
  const { reply } = await held(closing, idOf(submitted));
  const streamed = await open(idOf(submitted), {}, closing);
  const began = performance.now();
  await closing.close();
  expect(JSON.parse(await reply)).toMatchObject({ status: 'pending', done: false });
  expect(await textOf(streamed)).toContain('event: snapshot');
  // Left alone they would go on for twenty seconds.
  expect(performance.now() - began).toBeLessThan(10_000);
});
