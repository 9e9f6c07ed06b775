import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections, directoryRepository, sagaCommandRepository } from '@crossroads/store';
import type { RequestHandler } from '@crossroads/testkit';
import { closeServer, createSelfSignedCertificate, eventually, listen } from '@crossroads/testkit';
import type { DestinationHarness } from './destination-harness.js';
import { assertAuthentic, codesOf, failures, keyOf, openDestinationHarness, repliesIn } from './destination-harness.js';

/**
 * Runs all misbehaving destinations at the same time, through one real worker and real stores. Each test has its own destination.
 * An outage lasts until enough attempts have failed, instead of minutes or hours.
 */
jest.setTimeout(120_000);

let harness: DestinationHarness;
/** Counts connections that should have been blocked: after a redirect, or to a private address of a public name. */
let forbidden: Server;
let forbiddenPort: number;
let forbiddenConnections = 0;

beforeAll(async () => {
  forbidden = createServer((socket) => {
    forbiddenConnections += 1;
    socket.destroy();
  });
  forbiddenPort = await listen(forbidden, '0.0.0.0');
  harness = await openDestinationHarness();
});
afterAll(async () => {
  await harness.close();
  await closeServer(forbidden);
});

const ok: RequestHandler = (_request, response) => void response.end('{}');

/** Handles one request with each handler, and all later requests with `ok`. */
const first = (...handlers: RequestHandler[]): RequestHandler => {
  const left = [...handlers];
  return (request, response) => (left.shift() ?? ok)(request, response);
};
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): RequestHandler =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const raw =
  (text: string): RequestHandler =>
  (_request, response) =>
    void response.socket!.end(text);

const delivered = { bols: [expect.anything()], executed_drops: [expect.anything()], progression_state: 'COMPLETE' };
const cleared = { bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' };

test.concurrent('F1: resets are retried while the destination replies 5xx, and succeed when it recovers', async () => {
  let down = true;
  let requests = 0;
  const destination = await harness.destination((request, response) => (down ? status([500, 502, 503, 504][requests++ % 4]!)(request, response) : ok(request, response)));
  const sagas = await harness.resets(destination, 20);
  await harness.untilLogged(sagas, 'destination.circuit_open');
  down = false;
  for (const saga of sagas) {
    const outcome = await harness.untilEnded(saga);
    expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
    const sent = destination.resets.filter((reset) => keyOf(reset) === saga);
    expect(sent).toHaveLength(failures(outcome).length + 1);
    expect(sent.length).toBeLessThanOrEqual(8);
  }
});

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

test.concurrent('F3: a failed connection is retried, and an invalid certificate is never accepted', async () => {
  const year = 365 * 24 * 3_600_000;
  const at = (ms: number) => new Date(Date.now() + ms);
  let requests = 0;
  const startTlsServer = async (host: string, from: number, until: number): Promise<[Server, string]> => {
    const server: Server = createTlsServer(createSelfSignedCertificate(host, at(from), at(until)), (_request, response) => {
      requests += 1;
      response.end();
    });
    return [server, `https://localhost:${await listen(server)}/resets`];
  };
  const servers = await Promise.all([startTlsServer('localhost', -year, year), startTlsServer('localhost', -2 * year, -year), startTlsServer('other.example', -year, year)]);
  const plain = await harness.destination(ok);
  const unused = createServer();
  const url = `http://127.0.0.1:${await listen(unused)}/resets`;
  await closeServer(unused);

  const expectRetries = async (url: string, code: string): Promise<void> => {
    const destination = await harness.destination(ok, { url });
    const outcome = await harness.until(await harness.reset(destination), (outcome) => failures(outcome).length >= 3);
    expect(new Set(failures(outcome).map(({ detail }) => detail.error))).toEqual(new Set([code]));
    expect(destination.resets).toEqual([]);
  };
  await Promise.all([
    expectRetries(url, 'destination.unavailable'),
    expectRetries('https://nowhere.example/resets', 'destination.unavailable'),
    expectRetries(`https://localhost:${plain.port}/resets`, 'destination.tls_failed'),
    ...servers.map(([, url]) => expectRetries(url, 'destination.tls_failed')),
  ]);
  expect(requests).toBe(0);
  for (const [server] of servers) await closeServer(server);
});

const expectTimeout = async (misbehave: RequestHandler): Promise<void> => {
  let socketClosed!: Promise<void>;
  const destination = await harness.destination(
    first((request, response) => {
      socketClosed = new Promise((resolve) => response.socket!.once('close', () => resolve()));
      misbehave(request, response);
    }),
  );
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome)[0]!.detail.message).toBe('The destination sent no complete reply within 15000 ms.');
  await socketClosed;
};

test.concurrent('F4: a request without a reply times out after 15 s, and its socket is closed', () => expectTimeout(() => undefined));

test.concurrent('F5: a request with an endless reply times out after 15 s, and its socket is closed', () =>
  expectTimeout((_request, response) => {
    response.write('x');
    const drip = setInterval(() => response.write('x'), 500);
    response.on('close', () => clearInterval(drip));
  }));

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

test.concurrent.each([301, 302, 303, 307, 308])('F9: a redirect (%i) is not followed', async (code) => {
  const elsewhere = [`http://127.0.0.1:${forbiddenPort}/`, `https://rebinding.example:${forbiddenPort}/`, 'http://169.254.169.254/latest/meta-data'];
  const destination = await harness.destination(first(...elsewhere.map((location) => status(code, { location }))));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome).map(({ detail }) => detail.error)).toEqual(elsewhere.map(() => 'destination.redirected'));
});

test.concurrent.each(['rebinding.example', 'mixed.example'])('F10: %s, whose name server returns a private address, is not connected', async (host) => {
  const destination = await harness.destination(ok, { url: `https://${host}:${forbiddenPort}/resets` });
  await harness.until(await harness.reset(destination), (outcome) => codesOf(outcome).includes('destination.address_blocked'));
});

test.concurrent.each(['webhook', 'gravitate_sd'])('F11: a request whose reply is lost is retried, and %s applies it once', async (source_system) => {
  const applied = new Set<string>();
  const applying = (handle: RequestHandler): RequestHandler => (request, response) => {
    applied.add(keyOf(request));
    handle(request, response);
  };
  const destination = await harness.destination(
    first(
      applying((_request, response) => response.destroy()),
      applying(raw('HTTP/1.1 200 OK\r\ncontent-le')),
      applying(raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
      applying(ok),
    ),
    { source_system },
  );
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
  expect(failures(outcome)).toHaveLength(3);
  expect(destination.resets).toHaveLength(4);
  expect(applied.size).toBe(1);
});

test.concurrent('F11: a 409 to a request whose first reply was lost is retried, and the order stays cleared', async () => {
  const destination = await harness.destination(first((_request, response) => response.destroy(), status(409, {}, '{"detail":"Still in progress"}')));
  const outcome = await harness.untilEnded(await harness.reset(destination));
  expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
  expect(failures(outcome).map(({ detail }) => detail.error)).toEqual(['destination.unavailable', 'destination.conflict']);
});

test.concurrent('F11: kept connections that the destination closes cost no attempt and do not open the circuit', async () => {
  const used = new Set<unknown>();
  let closed = 0;
  const destination = await harness.destination((request, response) => {
    const { socket } = response;
    if (used.has(socket)) {
      closed += 1;
      socket!.destroy();
    } else {
      used.add(socket);
      ok(request, response);
    }
  });
  // One reset after another, so that each finds the connection of the last one.
  while (closed < 10) {
    const outcome = await harness.untilEnded(await harness.reset(destination));
    expect(outcome.saga.status).toBe('synced');
    expect(codesOf(outcome)).toEqual([]);
  }
});

test.concurrent('F12: a reply to a zombie worker changes nothing', async () => {
  let replyLate!: () => void;
  const destination = await harness.destination(first((_request, response) => void (replyLate = () => response.writeHead(422).end())));
  const saga = await harness.reset(destination);
  await eventually(() => destination.resets.length === 1);
  // The lease ends. The next claim sends the request again and receives its reply first.
  await harness.store.connection.db!.collection<{ _id: string }>(collections.sagas).updateOne({ _id: saga }, { $set: { next_run_at: new Date(1) } });
  await harness.enqueue(saga);
  expect((await harness.untilEnded(saga)).saga.status).toBe('synced');
  replyLate();
  const other = await harness.reset(destination);
  await harness.untilEnded(other);
  const outcome = await harness.read(saga);
  expect(outcome).toMatchObject({ saga: { status: 'synced', phase: 'ended' }, order: cleared });
  expect(outcome.entries.filter(({ step }) => step.name === 'dispatch-reset' && step.outcome !== 'recorded').map(({ step }) => step.outcome)).toEqual(['done']);
  expect(destination.resets.filter((reset) => keyOf(reset) === saga)).toHaveLength(2);
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

test.concurrent('F14: an unsteady destination receives all resets, its open circuit sends one probe, and another destination is not affected', async () => {
  let scenario: 'down' | 'probed' | 'unsteady' = 'down';
  let concurrentWithProbe = 0;
  const failedOnce = new Set<string>();
  const unsteady = await harness.destination((request, response) => {
    if (scenario === 'down') return status(503)(request, response);
    if (scenario === 'probed') {
      const before = unsteady.resets.length;
      return void setTimeout(() => {
        concurrentWithProbe = unsteady.resets.length - before;
        scenario = 'unsteady';
        ok(request, response);
      }, 500);
    }
    // Every other request fails, but no saga fails twice: a saga has only eight attempts.
    const fails = unsteady.resets.length % 2 === 0 && !failedOnce.has(keyOf(request));
    if (fails) failedOnce.add(keyOf(request));
    return (fails ? status(503) : ok)(request, response);
  });
  const steady = await harness.destination(ok);
  const sagas = await harness.resets(unsteady, 40);
  await harness.untilLogged(sagas, 'destination.circuit_open');
  // Requests in flight when the circuit opened still arrive. Wait for them, so that the next request is the probe.
  await eventually(async () => (await Promise.all(sagas.map(harness.read))).every(({ saga }) => saga.epoch > 0 && saga.epoch === saga.settled_epoch), 60_000);
  scenario = 'probed';
  for (const saga of await harness.resets(steady, 40)) {
    const outcome = await harness.untilEnded(saga);
    expect(outcome.saga.status).toBe('synced');
    expect(codesOf(outcome)).toEqual([]);
  }
  expect((await Promise.all(sagas.map(harness.untilEnded))).map(({ saga }) => saga.status)).toEqual(sagas.map(() => 'synced'));
  expect(concurrentWithProbe).toBe(0);
  expect(failedOnce.size).toBeGreaterThan(5);
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

test('F9, F10: no forbidden connection was opened', () => {
  expect(forbiddenConnections).toBe(0);
});

test('I4: the requests of a saga have one key and one body, and the destination can verify their sender', () => {
  const resets = harness.destinations.flatMap((destination) => destination.resets.map((reset) => ({ ...reset, to: destination.instance._id })));
  expect(resets.length).toBeGreaterThan(150);
  const bodies = new Map<string, Set<string>>();
  for (const reset of resets) {
    assertAuthentic(reset);
    const key = `${reset.to} ${keyOf(reset)}`;
    bodies.set(key, (bodies.get(key) ?? new Set()).add(reset.body));
  }
  expect([...bodies.values()].filter(({ size }) => size !== 1)).toEqual([]);
});

test('I12: the worker has neither restarted nor failed with a bug, and neither its output nor the log contains a secret', async () => {
  expect(harness.worker.exitCode).toBeNull();
  expect(harness.output()).not.toMatch(/unhandled|uncaught/i);
  const stored = JSON.stringify(await harness.store.connection.db!.collection(collections.logs).find({}).toArray());
  for (const secret of harness.secrets) {
    expect(harness.output()).not.toContain(secret);
    expect(stored).not.toContain(secret);
  }
  expect(await harness.store.connection.db!.collection(collections.logs).countDocuments({ $or: [{ 'step.outcome': 'failed' }, { 'detail.error': 'saga.bug' }] })).toBe(0);
});
