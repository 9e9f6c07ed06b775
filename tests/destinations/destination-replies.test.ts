import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { directoryRepository, sagaCommandRepository } from '@crossroads/store';
import type { RequestHandler } from '@crossroads/testkit';
import { eventually } from '@crossroads/testkit';
import { describeEveryRequest } from './every-request.js';
import type { DestinationHarness } from './destination-harness.js';
import { cleared, codesOf, delivered, failures, openDestinationHarness, repliesIn } from './destination-harness.js';
import { first, raw, status } from './replies.js';

/** Replies that a destination may send, and what each means for the reset. All run at the same time, through one real worker and real stores. Each test has its own destination. */
jest.setTimeout(120_000);

let harness: DestinationHarness;
beforeAll(async () => {
  harness = await openDestinationHarness();
});
afterAll(() => harness.close());

test.concurrent('F2: Retry-After delays the next attempt by an hour at most, and an invalid value is ignored', async () => {
  const arrivals: number[] = [];
  const recordingTime = (handle: RequestHandler): RequestHandler => (request, response) => {
    arrivals.push(Date.now());
    handle(request, response);
  };
  const seconds = await harness.destination(recordingTime(first(status(429, { 'retry-after': '1' }))));
  expect((await harness.untilEnded(await harness.reset(seconds))).saga.status).toBe('synced');
  expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(990);

  const date = new Date(Date.now() + 2_000);
  const dated = await harness.destination(first(status(503, { 'retry-after': date.toUTCString() })));
  await harness.untilEnded(await harness.reset(dated));
  expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(date.getTime() / 1000) * 1000);

  const greedy = await harness.destination(status(429, { 'retry-after': '999999' }));
  const { saga } = await harness.until(await harness.reset(greedy), ({ saga }) => saga.phase === 'retrying');
  const delayMs = saga.next_run_at!.getTime() - saga.updated_at.getTime();
  expect(delayMs).toBeGreaterThanOrEqual(3_600_000);
  expect(delayMs).toBeLessThan(3_601_000);

  for (const invalid of ['-1', 'abc', 'Foo, 99 Bar 2099 99:99:99 GMT']) {
    const destination = await harness.destination(first(status(503, { 'retry-after': invalid })));
    expect((await harness.untilEnded(await harness.reset(destination))).saga.status).toBe('synced');
  }
});

test.concurrent.each([400, 404, 409, 410, 413, 422])('F6: %i is a rejection: the request is sent once, the order is restored, and the log contains the reply', async (code) => {
  const reason = `{"detail":"Not this one: ${'x'.repeat(3_000)}"}`;
  const destination = await harness.destination(status(code, {}, reason));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome).toMatchObject({ saga: { status: 'rejected', error: { code: 'destination.rejected_request' } }, order: delivered });
  expect(destination.resets).toHaveLength(1);
  expect(repliesIn(outcome)).toEqual([expect.objectContaining({ http_status: code, body: reason.slice(0, 2_048) })]);
});

test.concurrent('F6: 410 also pauses the destination, which receives no request until an operator resumes it', async () => {
  const destination = await harness.destination(first(status(410)));
  await harness.untilEnded(await harness.reset(destination));
  const directory = directoryRepository(harness.store);
  expect(await directory.instance(destination.instance._id)).toMatchObject({ paused: true, paused_reason: expect.stringContaining('410') });
  // A worker caches its destinations for a second.
  const { saga } = await eventually(async () => {
    const outcome = await harness.until(await harness.reset(destination), ({ saga }) => saga.phase === 'waiting' || saga.phase === 'ended');
    return codesOf(outcome).includes('destination.paused') && outcome;
  }, 60_000);
  const sent = destination.resets.length;
  await directory.pause(destination.instance._id, null);
  const ended = await eventually(async () => {
    const outcome = await harness.read(saga._id);
    if (outcome.saga.epoch === outcome.saga.settled_epoch && (await sagaCommandRepository(harness.store).runNow(outcome.saga))) await harness.enqueue(saga._id);
    return outcome.saga.phase === 'ended' && outcome;
  }, 60_000);
  expect(ended.saga).toMatchObject({ status: 'synced', failures: 0 });
  expect(destination.resets).toHaveLength(sent + 1);
});

test.concurrent.each([
  [401, 'destination.credentials_rejected'],
  [403, 'destination.credentials_rejected'],
  [408, 'destination.unavailable'],
  [425, 'destination.unavailable'],
  [429, 'destination.rate_limited'],
])('F6: %i has an unknown outcome and is retried', async (code, error) => {
  const destination = await harness.destination(first(status(code, {}, 'why')));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome)).toMatchObject([{ detail: { error }, extra_data: { reply: { http_status: code, body: 'why' } } }]);
});

test.concurrent.each(['<html>It works!</html>', '{"status":', '[42]', ''])('F7: 200 with %j is an acceptance: the request is sent once', async (body) => {
  const destination = await harness.destination(status(200, {}, body));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
  expect(destination.resets).toHaveLength(1);
  expect(repliesIn(outcome)).toMatchObject([{ http_status: 200, body }]);
});

test.concurrent.each([
  ['a header of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`],
  ['a line feed in a header', 'HTTP/1.1 200 OK\r\nx: a\nset-cookie\r\n\r\n'],
  ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
  ['a reply that is not HTTP', '220 smtp.example ESMTP\r\n'],
])('F13: %s is a retryable error', async (_title, text) => {
  const destination = await harness.destination(first(raw(text)));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome).map(({ detail }) => detail.error)).toEqual([expect.stringMatching(/^destination\.(invalid_response|unavailable)$/)]);
});

test('F8: a body of 300 MB, compressed or not, is truncated to 64 kB and takes the worker less than 10 MB', async () => {
  const megabyte = Buffer.alloc(1_000_000);
  const bombs: [headers: Record<string, string>, body: Buffer][] = [
    // Concatenated gzip members are a valid body and are fast to create.
    [{ 'content-encoding': 'gzip' }, Buffer.concat(Array.from({ length: 100 }).fill(gzipSync(Buffer.alloc(3_000_000))) as Buffer[])],
    [{ 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(300_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ];
  let sent = 0;
  const endless: RequestHandler = (_request, response) => {
    response.writeHead(200, { 'content-length': '300000000' });
    const more = (): void => {
      for (let accepts = true; accepts && !response.destroyed && sent < 300_000_000; sent += megabyte.length) accepts = response.write(megabyte);
    };
    response.on('drain', more);
    more();
  };
  const residentKb = async (): Promise<number> => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${harness.worker.pid!}/status`, 'utf8'))![1]);
  const destinations = [await harness.destination(endless), ...(await Promise.all(bombs.map(([headers, body]) => harness.destination((_request, response) => void response.writeHead(200, headers).end(body)))))];
  const before = await residentKb();
  let peak = 0;
  const sampling = setInterval(() => void residentKb().then((now) => (peak = Math.max(peak, now))), 20);
  const sagas = await Promise.all(destinations.map((destination) => harness.reset(destination)));
  const outcomes = await Promise.all(sagas.map(harness.untilEnded));
  clearInterval(sampling);
  expect(outcomes.map(({ saga }) => saga.status)).toEqual(['synced', 'synced', 'synced']);
  expect(repliesIn(outcomes[0]!)[0]).toMatchObject({ http_status: 200 });
  expect(sent).toBeLessThan(20_000_000);
  expect(peak - before).toBeLessThan(10_000);
});

describeEveryRequest(() => harness, 25);
