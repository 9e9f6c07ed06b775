import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RetryableError } from '@crossroads/saga';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture, Reply } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('polling', { maxConcurrentWaits: 20 })));
afterAll(() => fixture.close());

const submit = async (headers: [string, string][] = []): Promise<Reply> => {
  const order = await fixture.deliver();
  return fixture.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: order.origin_order_number } } });
};
const idOf = ({ body }: Reply): string => body.log.correlation_id;
const poll = (id: string, headers: [string, string][] = [], query = '') => fixture.call(`/v1/order/reset/${id}${query}`, { headers });

describe('polling', () => {
  test('right after the response never gets 404, and never an earlier status', async () => {
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

  test('returns the complete outcome', async () => {
    const id = idOf(await submit());
    await fixture.over(id);
    const { body, headers } = await poll(id, [], '?logs=since:0');
    expect(body).toMatchObject({ status: 'synced', correlation_id: id, done: true, step: null, attempts: 0, next_attempt_at: null });
    expect(body.logs.map(({ title }: { title: string }) => title)[0]).toBe('Reset accepted');
    expect(body.log).toEqual(body.logs.at(-1));
    expect(headers['retry-after']).toBeUndefined();
  });

  test('returns 304 for a known ETag', async () => {
    const id = idOf(await submit());
    const { headers } = await fixture.over(id);
    const same = await poll(id, [['If-None-Match', `"other", W/${headers['etag']!}`]]);
    expect([same.status, same.text, same.headers['etag'], same.headers['x-correlation-id']]).toEqual([304, '', headers['etag'], id]);
    expect((await poll(id, [['If-None-Match', '"other"']])).status).toBe(200);
    const head = await fixture.call(`/v1/order/reset/${id}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', headers['etag']]);
  });

  test.each([
    ['Apache', (tag: string) => `"${tag}-gzip"`],
    ['Apache, twice', (tag: string) => `"${tag}--gzip"`],
    ['a proxy with brotli', (tag: string) => `"${tag};br"`],
    ['nginx', (tag: string) => `W/"${tag}"`],
    ['two proxies', (tag: string) => `W/"${tag}-br"`],
  ])('returns 304 for a known ETag that %s has changed, and a wait is held', async (_, changed) => {
    fixture.working = false;
    const id = idOf(await submit());
    const tag = changed((await poll(id)).headers['etag']!.slice(1, -1));
    const waited = await poll(id, [['If-None-Match', tag]], '?wait=1');
    fixture.working = true;
    expect([waited.status, waited.ms > 950]).toEqual([304, true]);
  });

  test('returns 200 for an ETag that only begins like a known one', async () => {
    const id = idOf(await submit());
    const tag = (await fixture.over(id)).headers['etag']!.slice(1, -1);
    const others = [`"${tag.slice(0, -1)}-gzip"`, `"${tag}A-gzip"`, `"${tag}gzip"`, `"-gzip"`, tag];
    for (const other of others) expect([other, (await poll(id, [['If-None-Match', other]])).status]).toEqual([other, 200]);
  });

  test('with a wait responds at once to an ETag of an earlier state', async () => {
    fixture.working = false;
    const id = idOf(await submit());
    const reply = await poll(id, [['If-None-Match', '"an-earlier-tag-of-this"']], '?wait=20');
    fixture.working = true;
    expect([reply.status, reply.ms < 15_000]).toEqual([200, true]);
  });

  test.each([['abc', 'int_parsing'], ['-1', 'greater_than_equal'], [`-${'9'.repeat(400)}`, 'greater_than_equal'], ['1.5', 'int_parsing'], ['1&wait=2', 'int_type']])('with wait=%s is rejected', async (wait, type) => {
    const { status, body } = await poll('whatever-1', [], `?wait=${wait}`);
    expect([status, body.detail[0].loc, body.detail[0].type]).toEqual([422, ['query', 'wait'], type]);
  });
});

test.each(['26', '99999999999999999999', '9'.repeat(400)])('a poll with wait=%s is held for 25 s at most', async (wait) => {
  const id = idOf(await submit());
  await fixture.over(id);
  const { status, headers } = await poll(id, [], `?wait=${wait}`);
  expect([status, headers['preference-applied']]).toEqual([200, 'wait=25']);
});

describe('the log of a poll', () => {
  const submitWithDeliveries = async () => {
    const order = await fixture.deliver({ bols: [{ bol_number: 'BOL-77', terminal: { source_id: 'T-14' }, filler: 'x'.repeat(10_000) }] });
    return idOf(await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } }));
  };

  test('is left out by default, so that a poll of an unfinished reset has at most 2 kB at every step', async () => {
    fixture.destination.answers.push(new RetryableError('destination.unavailable', 'Beta replied with HTTP 503.'), 'requested');
    const id = await submitWithDeliveries();
    const sizes = new Map<string, number>();
    for (let status = ''; status !== 'requested'; ) {
      const { body, text } = await poll(id);
      expect([body.logs, body.log.correlation_id]).toEqual([[], id]);
      sizes.set(body.log.title, Buffer.byteLength(text));
      status = body.status;
    }
    expect([...sizes].filter(([, size]) => size > 2_048)).toEqual([]);
  });

  test('has the entries after the first N with since:N, and their number in log_count', async () => {
    const id = await submitWithDeliveries();
    await fixture.over(id);
    const { body } = await poll(id, [], '?logs=since:0');
    expect([body.logs.length, body.log_count]).toEqual([7, 7]);
    expect((await poll(id, [], '?logs=since:5')).body).toEqual({ ...body, logs: body.logs.slice(5) });
    expect((await poll(id, [], '?logs=since:7')).body).toEqual({ ...body, logs: [] });
    expect((await poll(id, [], '?logs=since:999999')).body.logs).toEqual([]);
  });

  test('has the contents of a snapshot only with logs=all', async () => {
    const id = await submitWithDeliveries();
    await fixture.over(id);
    const snapshotIn = ({ body }: Reply) => body.logs.find(({ title }: { title: string }) => title === 'Deliveries saved to the audit log').extra_data;
    expect(snapshotIn(await poll(id, [], '?logs=all'))).toMatchObject({ version: 7, bols: [{ bol_number: 'BOL-77' }], executed_drops: [{}], sha256: expect.any(String) });
    expect(Object.keys(snapshotIn(await poll(id, [], '?logs=since:0'))).sort()).toEqual(['progression_state', 'sha256', 'version']);
    for (const query of ['', '?logs=none', '?logs=since:0', '?wait=1']) expect([query, (await poll(id, [], query)).text.includes('BOL-77')]).toEqual([query, false]);
    expect((await textOf(await open(id))).includes('BOL-77')).toBe(false);
  });

  test('does not change the ETag, so a client requests the later entries with the last one', async () => {
    fixture.working = false;
    const submitted = await submit();
    const id = idOf(submitted);
    const { headers, body } = await poll(id, [], '?logs=since:0');
    const known: [string, string][] = [['If-None-Match', headers['etag']!]];
    expect((await poll(id, known, `?logs=since:${body.log_count}`)).status).toBe(304);
    const waiting = poll(id, known, `?logs=since:${body.log_count}&wait=20`);
    fixture.working = true;
    await fixture.runSaga(submitted.body.log.saga_id);
    const reply = await waiting;
    expect([reply.status, reply.body.log_count > body.log_count, reply.body.logs.length]).toEqual([200, true, reply.body.log_count - body.log_count]);
  });

  test.each(['since', 'since:', 'since:-1', 'since:1.5', 'since:1e3', 'ALL', '', 'none&logs=all'])('with logs=%s is rejected', async (logs) => {
    const { status, body } = await poll('whatever-1', [], `?logs=${logs}`);
    expect([status, body.detail[0].loc]).toEqual([422, ['query', 'logs']]);
  });

  test('is refused with its contents above 8 MB, and available without them', async () => {
    const order = await fixture.deliver({ bols: [{ bol_number: 'x'.repeat(9_000_000) }] });
    const id = idOf(await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } }));
    await fixture.over(id);
    const { status, body } = await poll(id, [], '?logs=all');
    expect([status, body.code]).toEqual([422, 'reply.too_large']);
    expect((await poll(id, [], '?logs=since:0')).body.logs).toHaveLength(7);
  });
});

describe('a large reply', () => {
  const large = async (headers: [string, string][]) => {
    const order = await fixture.deliver({ bols: [{ bol_number: 'BOL-1', filler: 'x'.repeat(10_000) }] });
    const id = idOf(await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } }));
    await fixture.over(id);
    return { id, ...(await poll(id, headers, '?logs=all')) };
  };

  test('is compressed for a caller that accepts gzip, and its ETag still gets 304', async () => {
    const { id, headers, bytes, status } = await large([['Accept-Encoding', 'br, gzip']]);
    expect([status, headers['content-encoding'], headers['vary'], headers['content-length']]).toEqual([200, 'gzip', 'Accept-Encoding', String(bytes.length)]);
    expect(bytes.length).toBeLessThan(5_000);
    expect(JSON.parse(gunzipSync(bytes).toString())).toEqual((await poll(id, [], '?logs=all')).body);
    expect(headers['etag']).toMatch(/^W\/"/);
    expect((await poll(id, [['If-None-Match', headers['etag']!], ['Accept-Encoding', 'gzip']], '?logs=all')).status).toBe(304);
    const held = await poll(id, [['Accept-Encoding', 'gzip']], '?logs=all&wait=1');
    expect(held.headers['content-encoding']).toBe('gzip');
  });

  test.each([[[]], [[['Accept-Encoding', 'identity']]], [[['Accept-Encoding', 'gzip;q=0']]], [[['Accept-Encoding', 'br']]]] as [[string, string][]][])('is not compressed for a caller that sends %j', async (headers) => {
    const reply = await large(headers);
    expect([reply.headers['content-encoding'], reply.headers['vary'], reply.body.status]).toEqual([undefined, 'Accept-Encoding', 'synced']);
  });

  test('is the only kind that is compressed: small replies, tokens and streams are not', async () => {
    const accepts: [string, string] = ['Accept-Encoding', 'gzip'];
    const id = idOf(await submit());
    await fixture.over(id);
    const form = `client_id=${fixture.client.id}&client_secret=${fixture.client.secret}&note=${'x'.repeat(3_000)}`;
    const replies = [await poll(id, [accepts]), await fixture.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body: form, headers: [accepts] })];
    expect(replies.map(({ status, headers }) => [status, headers['content-encoding']])).toEqual([[200, undefined], [200, undefined]]);
    expect((await open(id, { 'Accept-Encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });
});

describe('waiting', () => {
  test('with the submission returns the outcome', async () => {
    const reply = await submit([['Prefer', 'respond-async, wait=20']]);
    expect(reply.body).toMatchObject({ status: 'synced', log: { status: 'succeeded' } });
    expect(reply.headers['preference-applied']).toBe('wait=20');
    // Long before the end of the wait.
    expect(reply.ms).toBeLessThan(15_000);
  });

  test('ends after the requested seconds', async () => {
    fixture.working = false;
    const reply = await submit([['Prefer', 'wait=1']]);
    expect(reply.body.status).toBe('pending');
    expect(reply.ms).toBeGreaterThan(950);
    const polled = await poll(idOf(reply), [], '?wait=1');
    fixture.working = true;
    expect([polled.body.done, polled.ms > 950]).toEqual([false, true]);
  });

  test('together with a known ETag ends at the next change', async () => {
    fixture.working = false;
    const id = idOf(await submit());
    const { headers, body } = await poll(id);
    const waiting = poll(id, [['If-None-Match', headers['etag']!]], '?wait=10');
    fixture.working = true;
    await fixture.runSaga(body.saga_id);
    const reply = await waiting;
    expect([reply.status, reply.headers['etag'] === headers['etag']]).toEqual([200, false]);
  });

  test('is not held above the limit, and one tenant has at most half of the places', async () => {
    fixture.working = false;
    const ids = await Promise.all(Array.from({ length: 14 }, async () => idOf(await submit())));
    const replies = await Promise.all(ids.map((id) => poll(id, [], '?wait=1')));
    fixture.working = true;
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(replies.filter(({ ms }) => ms > 950)).toHaveLength(10);
  });
});

/** Opens a stream on a connection of its own. */
const open = (id: string, headers: Record<string, string> = {}, { url, keys } = fixture) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/v1/order/reset/${id}/events`, { agent: false, headers: { 'X-API-Key': keys.Alpha, ...headers } }, resolve).on('error', reject).end();
  });

const textOf = async (stream: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
};

/** Opens a stream and reads it to its end. */
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
  test('begins with a snapshot, sends each entry once in order, and ends with done', async () => {
    fixture.working = false;
    const reply = await submit();
    const id = idOf(reply);
    // The headers are sent together with the snapshot.
    const opened = await open(id);
    fixture.working = true;
    await fixture.runSaga(reply.body.log.saga_id);
    const { events, type, text } = await read(opened);
    expect(type).toContain('text/event-stream');
    expect(text.startsWith('retry: 2000\n\n')).toBe(true);
    expect(events[0]).toMatchObject({ event: 'snapshot', id: '1', data: { status: 'pending' } });
    expect(events.filter(({ event }) => event === 'log').map(({ id: place }) => place)).toEqual(['2', '3', '4', '5', '6', '7']);
    expect(events.at(-1)).toMatchObject({ event: 'done', id: '7-done', data: { status: 'synced', done: true } });
  });

  test('continues after Last-Event-ID, and responds with 204 to a client that has all events', async () => {
    const id = idOf(await submit());
    await fixture.over(id);
    expect((await stream(id, { 'Last-Event-ID': '5' })).events.map(({ event, id: place }) => [event, place])).toEqual([['log', '6'], ['log', '7'], ['done', '7-done']]);
    expect((await stream(id)).events.map(({ event }) => event)).toEqual(['snapshot', 'done']);
    const again = await stream(id, { 'Last-Event-ID': '7-done' });
    expect([again.status, again.text]).toEqual([204, '']);
  });

  test('frees its place when the client disconnects', async () => {
    fixture.working = false;
    const id = idOf(await submit());
    for (let round = 0; round < 25; round++) {
      const response = await open(id);
      expect(response.statusCode).toBe(200);
      response.destroy();
    }
    fixture.working = true;
  });
});

describe('another tenant', () => {
  const paths = (id: string) => [['GET', `/v1/order/reset/${id}`], ['GET', `/v1/order/reset/${id}/events`], ['POST', `/v1/order/reset/${id}/cancel`], ['POST', `/v1/order/reset/${id}/accept`], ['POST', `/v1/order/reset/${id}/reject`]] as const;

  test('gets exactly the response of an unknown id', async () => {
    const id = idOf(await submit());
    for (const [index, [method, path]] of paths(id).entries()) {
      const asked = (url: string) => fixture.call(url, { method, as: 'Gamma', headers: to('Alpha'), ...(method === 'POST' && { body: {} }) });
      const foreign = await asked(path);
      const unknown = await asked(paths('no-such-id-anywhere')[index]![1]);
      const stable = ({ status, text, headers }: Reply) => ({ status, text, headers: Object.keys(headers).sort(), length: headers['content-length'] });
      expect(foreign.status).toBe(404);
      expect(stable(foreign)).toEqual(stable(unknown));
    }
  });

  test('does not find it in its list', async () => {
    await submit();
    expect((await fixture.call('/v1/order/reset', { as: 'Gamma' })).body).toEqual({ items: [], next_cursor: null });
  });
});

describe('the list', () => {
  test('has pages, newest first, with each reset once', async () => {
    const pages: string[] = [];
    let path: string | undefined = '/v1/order/reset?limit=7';
    while (path) {
      const { body, headers }: Reply = await fixture.call(path);
      pages.push(...body.items.map(({ saga_id }: { saga_id: string }) => saga_id));
      path = /<(.*)>/.exec(String(headers['link'] ?? ''))?.[1];
      expect(path === undefined).toBe(body.next_cursor === null);
    }
    expect(pages).toEqual([...new Set(pages)].toSorted().toReversed());
    expect(pages.length).toBe((await fixture.call('/v1/order/reset?limit=200')).body.items.length);
  });

  test('filters by order, and rejects invalid filters', async () => {
    const order = await fixture.deliver();
    const { body } = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const found = await fixture.call(`/v1/order/reset?order_number=${order.origin_order_number}`);
    expect(found.body.items).toMatchObject([{ correlation_id: body.log.correlation_id, dest_tenant_name: 'Beta', order: { order_id: null } }]);
    const { next_cursor } = (await fixture.call('/v1/order/reset?limit=1')).body;
    for (const query of [`cursor=${next_cursor}&status=error`, 'cursor=nonsense', 'limit=0', 'limit=x', 'limit=1e2', 'limit=0x10', 'limit=201', 'limit=1000', 'limit=1&limit=2', 'order_numbr=1', 'Limit=1', 'limit', 'status=other', 'status=error&status=synced']) {
      expect([query, (await fixture.call(`/v1/order/reset?${query}`)).status]).toEqual([query, 422]);
    }
  });
});

/** Polls with `wait`. Resolves when the server has confirmed that it received the request. */
const pollHeld = ({ url, keys }: IntakeFixture, id: string): Promise<{ reply: Promise<string> }> =>
  new Promise((resolve, reject) => {
    const asking = request(`${url}/v1/order/reset/${id}?wait=20`, { agent: false, headers: { 'X-API-Key': keys.Alpha, Expect: '100-continue' } });
    const reply = new Promise<IncomingMessage>((replied) => void asking.once('response', replied)).then(textOf);
    asking.once('continue', () => resolve({ reply })).once('error', reject).end();
  });

test('a shutdown sends held replies and closes streams at once', async () => {
  const closing = await createIntakeFixture('polling-closing');
  closing.working = false;
  const order = await closing.deliver();
  const submitted = await closing.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
  const { reply } = await pollHeld(closing, idOf(submitted));
  const streamed = await open(idOf(submitted), {}, closing);
  const began = performance.now();
  await closing.close();
  expect(JSON.parse(await reply)).toMatchObject({ status: 'pending', done: false });
  expect(await textOf(streamed)).toContain('event: snapshot');
  // Without a shutdown they would stay open for twenty seconds.
  expect(performance.now() - began).toBeLessThan(10_000);
});
