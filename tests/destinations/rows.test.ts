import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections, directoryRepository, sagaCommandRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { Answer } from '../../libs/destinations/src/testing/local-server.js';
import { closed, listening } from '../../libs/destinations/src/testing/local-server.js';
import { selfSigned } from '../../libs/destinations/src/testing/self-signed.js';
import type { DestinationWorld } from './destination-world.js';
import { assertAuthentic, codesOf, failures, keyOf, openDestinationWorld, repliesIn } from './destination-world.js';

/**
 * Every way a destination can misbehave, each with a destination of its own, all at once, through one real worker on real stores.
 * Outages of minutes and hours last until they have been met often enough instead.
 */
jest.setTimeout(120_000);

let world: DestinationWorld;
/** Whoever gets here was led here: by a redirect, or by a name server that changed its mind. */
let trap: Server;
let trapPort: number;
let caught = 0;

beforeAll(async () => {
  trap = createServer((socket) => {
    caught += 1;
    socket.destroy();
  });
  trapPort = await listening(trap, '0.0.0.0');
  world = await openDestinationWorld();
});
afterAll(async () => {
  await world.close();
  await closed(trap);
});

const ok: Answer = (_request, response) => void response.end('{}');

/** These answers one after the other, and `ok` ever after. */
const first = (...answers: Answer[]): Answer => {
  const left = [...answers];
  return (request, response) => (left.shift() ?? ok)(request, response);
};
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const raw =
  (text: string): Answer =>
  (_request, response) =>
    void response.socket!.end(text);

const delivered = { bols: [expect.anything()], executed_drops: [expect.anything()], progression_state: 'COMPLETE' };
const cleared = { bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' };

test.concurrent('F1: while it answers 5xx nobody gives up, and once it is back everybody comes through', async () => {
  let down = true;
  let asked = 0;
  const there = await world.destination((request, response) => (down ? status([500, 502, 503, 504][asked++ % 4]!)(request, response) : ok(request, response)));
  const sagas = await world.resets(there, 20);
  await world.told(sagas, 'destination.circuit_open');
  down = false;
  for (const saga of sagas) {
    const outcome = await world.over(saga);
    expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
    const sent = there.resets.filter((reset) => keyOf(reset) === saga);
    expect(sent).toHaveLength(failures(outcome).length + 1);
    expect(sent.length).toBeLessThanOrEqual(8);
  }
});

test.concurrent('F2: it is left in peace for as long as it asks, an hour at most, and nonsense is no wish', async () => {
  const arrivals: number[] = [];
  const noting = (answer: Answer): Answer => (request, response) => {
    arrivals.push(Date.now());
    answer(request, response);
  };
  const seconds = await world.destination(noting(first(status(429, { 'retry-after': '1' }))));
  expect((await world.over(await world.reset(seconds))).saga.status).toBe('synced');
  expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(990);

  const date = new Date(Date.now() + 2_000);
  const dated = await world.destination(first(status(503, { 'retry-after': date.toUTCString() })));
  await world.over(await world.reset(dated));
  expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(date.getTime() / 1000) * 1000);

  const greedy = await world.destination(status(429, { 'retry-after': '999999' }));
  const { saga } = await world.until(await world.reset(greedy), ({ saga }) => saga.phase === 'retrying');
  const restMs = saga.next_run_at!.getTime() - saga.updated_at.getTime();
  expect(restMs).toBeGreaterThanOrEqual(3_600_000);
  expect(restMs).toBeLessThan(3_601_000);

  for (const nonsense of ['-1', 'abc', 'Foo, 99 Bar 2099 99:99:99 GMT']) {
    const there = await world.destination(first(status(503, { 'retry-after': nonsense })));
    expect((await world.over(await world.reset(there))).saga.status).toBe('synced');
  }
});

test.concurrent('F3: a connection that does not come about is tried again, and a certificate is never let pass', async () => {
  const year = 365 * 24 * 3_600_000;
  const at = (ms: number) => new Date(Date.now() + ms);
  let heard = 0;
  const behind = async (host: string, from: number, until: number): Promise<[Server, string]> => {
    const server: Server = createTlsServer(selfSigned(host, at(from), at(until)), (_request, response) => {
      heard += 1;
      response.end();
    });
    return [server, `https://localhost:${await listening(server)}/resets`];
  };
  const servers = await Promise.all([behind('localhost', -year, year), behind('localhost', -2 * year, -year), behind('other.example', -year, year)]);
  const gone = await world.destination(ok);
  const nobody = createServer();
  const url = `http://127.0.0.1:${await listening(nobody)}/resets`;
  await closed(nobody);

  const triedAgain = async (url: string, code: string): Promise<void> => {
    const there = await world.destination(ok, { url });
    const outcome = await world.until(await world.reset(there), (outcome) => failures(outcome).length >= 3);
    expect(new Set(failures(outcome).map(({ detail }) => detail.error))).toEqual(new Set([code]));
    expect(there.resets).toEqual([]);
  };
  await Promise.all([
    triedAgain(url, 'destination.unavailable'),
    triedAgain('https://nowhere.example/resets', 'destination.unavailable'),
    triedAgain(`https://localhost:${gone.port}/resets`, 'destination.tls_failed'),
    ...servers.map(([, url]) => triedAgain(url, 'destination.tls_failed')),
  ]);
  expect(heard).toBe(0);
  for (const [server] of servers) await closed(server);
});

const cutOff = async (misbehave: Answer): Promise<void> => {
  let letGo!: Promise<void>;
  const there = await world.destination(
    first((request, response) => {
      letGo = new Promise((resolve) => response.socket!.once('close', () => resolve()));
      misbehave(request, response);
    }),
  );
  const outcome = await world.over(await world.reset(there));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome)[0]!.detail.message).toBe('No whole answer within 15000 ms.');
  await letGo;
};

test.concurrent('F4: one that never answers is given up after 15 s, its socket with it', () => cutOff(() => undefined));

test.concurrent('F5: so is one that drips its reply for ever', () =>
  cutOff((_request, response) => {
    response.write('x');
    const drip = setInterval(() => response.write('x'), 500);
    response.on('close', () => clearInterval(drip));
  }));

test.concurrent.each([400, 404, 409, 410, 413, 422])('F6: %i is a no: said once, everything is put back, and the log keeps what was answered', async (code) => {
  const reason = `{"detail":"Not this one: ${'x'.repeat(3_000)}"}`;
  const there = await world.destination(status(code, {}, reason));
  const outcome = await world.over(await world.reset(there));
  expect(outcome).toMatchObject({ saga: { status: 'rejected', error: { code: 'destination.rejected_request' } }, order: delivered });
  expect(there.resets).toHaveLength(1);
  expect(repliesIn(outcome)).toEqual([expect.objectContaining({ http_status: code, body: reason.slice(0, 2_048) })]);
});

test.concurrent('F6: 410 also pauses it, and until an operator has looked it is sent nothing more', async () => {
  const there = await world.destination(first(status(410)));
  await world.over(await world.reset(there));
  const directory = directoryRepository(world.store);
  expect(await directory.instance(there.instance._id)).toMatchObject({ paused: true, paused_reason: expect.stringContaining('410') });
  // A worker remembers its destinations for a second.
  const { saga } = await eventually(async () => {
    const outcome = await world.until(await world.reset(there), ({ saga }) => saga.phase === 'waiting' || saga.phase === 'ended');
    return codesOf(outcome).includes('destination.paused') && outcome;
  }, 60_000);
  const sent = there.resets.length;
  await directory.pause(there.instance._id, null);
  const ended = await eventually(async () => {
    const outcome = await world.look(saga._id);
    if (outcome.saga.epoch === outcome.saga.settled_epoch && (await sagaCommandRepository(world.store).runNow(outcome.saga))) await world.enqueue(saga._id);
    return outcome.saga.phase === 'ended' && outcome;
  }, 60_000);
  expect(ended.saga).toMatchObject({ status: 'synced', failures: 0 });
  expect(there.resets).toHaveLength(sent + 1);
});

test.concurrent.each([
  [401, 'destination.credentials_rejected'],
  [403, 'destination.credentials_rejected'],
  [408, 'destination.unavailable'],
  [425, 'destination.unavailable'],
  [429, 'destination.rate_limited'],
])('F6: %i is no answer to the question, and it is asked again', async (code, error) => {
  const there = await world.destination(first(status(code, {}, 'why')));
  const outcome = await world.over(await world.reset(there));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome)).toMatchObject([{ detail: { error }, extra_data: { reply: { http_status: code, body: 'why' } } }]);
});

test.concurrent.each(['<html>It works!</html>', '{"status":', '[42]', ''])('F7: 200 with %j is a yes, said once', async (body) => {
  const there = await world.destination(status(200, {}, body));
  const outcome = await world.over(await world.reset(there));
  expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
  expect(there.resets).toHaveLength(1);
  expect(repliesIn(outcome)).toMatchObject([{ http_status: 200, body }]);
});

test.concurrent.each([301, 302, 303, 307, 308])('F9: %i leads nobody anywhere', async (code) => {
  const elsewhere = [`http://127.0.0.1:${trapPort}/`, `https://rebinding.example:${trapPort}/`, 'http://169.254.169.254/latest/meta-data'];
  const there = await world.destination(first(...elsewhere.map((location) => status(code, { location }))));
  const outcome = await world.over(await world.reset(there));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome).map(({ detail }) => detail.error)).toEqual(elsewhere.map(() => 'destination.redirected'));
});

test.concurrent.each(['rebinding.example', 'two-faced.example'])('F10: %s, whose name server says something else the second time, leads nobody home', async (host) => {
  const there = await world.destination(ok, { url: `https://${host}:${trapPort}/resets` });
  await world.until(await world.reset(there), (outcome) => codesOf(outcome).includes('destination.address_blocked'));
});

test.concurrent.each(['webhook', 'gravitate_sd'])('F11: a reply that is lost is asked for again, and %s has applied it once', async (source_system) => {
  const applied = new Set<string>();
  const applying = (answer: Answer): Answer => (request, response) => {
    applied.add(keyOf(request));
    answer(request, response);
  };
  const there = await world.destination(
    first(
      applying((_request, response) => response.destroy()),
      applying(raw('HTTP/1.1 200 OK\r\ncontent-le')),
      applying(raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
      applying(ok),
    ),
    { source_system },
  );
  const outcome = await world.over(await world.reset(there));
  expect(outcome).toMatchObject({ saga: { status: 'synced' }, order: cleared });
  expect(failures(outcome)).toHaveLength(3);
  expect(there.resets).toHaveLength(4);
  expect(applied.size).toBe(1);
});

test.concurrent('F12: what a worker that was thought dead still sends and hears changes nothing', async () => {
  let answerLate!: () => void;
  const there = await world.destination(first((_request, response) => void (answerLate = () => response.writeHead(422).end())));
  const saga = await world.reset(there);
  await eventually(() => there.resets.length === 1);
  // As if its lease had run out: the next claim sends again, and hears the answer first.
  await world.store.connection.db!.collection<{ _id: string }>(collections.sagas).updateOne({ _id: saga }, { $set: { next_run_at: new Date(1) } });
  await world.enqueue(saga);
  expect((await world.over(saga)).saga.status).toBe('synced');
  answerLate();
  const other = await world.reset(there);
  await world.over(other);
  const outcome = await world.look(saga);
  expect(outcome).toMatchObject({ saga: { status: 'synced', phase: 'ended' }, order: cleared });
  expect(outcome.entries.filter(({ step }) => step.name === 'dispatch-reset' && step.outcome !== 'recorded').map(({ step }) => step.outcome)).toEqual(['done']);
  expect(there.resets.filter((reset) => keyOf(reset) === saga)).toHaveLength(2);
});

test.concurrent.each([
  ['a header of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`],
  ['a line feed in a header', 'HTTP/1.1 200 OK\r\nx: a\nset-cookie\r\n\r\n'],
  ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
  ['no HTTP at all', '220 smtp.example ESMTP\r\n'],
])('F13: %s is an error like any other', async (_title, text) => {
  const there = await world.destination(first(raw(text)));
  const outcome = await world.over(await world.reset(there));
  expect(outcome.saga.status).toBe('synced');
  expect(failures(outcome).map(({ detail }) => detail.error)).toEqual([expect.stringMatching(/^destination\.(invalid_response|unavailable)$/)]);
});

test.concurrent('F14: while one flaps all of it is delivered, its breaker opens and tries again with one request, and another destination feels nothing', async () => {
  let scenario: 'down' | 'probed' | 'unsteady' = 'down';
  let besideTheProbe = 0;
  const failedOnce = new Set<string>();
  const flapping = await world.destination((request, response) => {
    if (scenario === 'down') return status(503)(request, response);
    if (scenario === 'probed') {
      const before = flapping.resets.length;
      return void setTimeout(() => {
        besideTheProbe = flapping.resets.length - before;
        scenario = 'unsteady';
        ok(request, response);
      }, 500);
    }
    // Every other time, but nobody twice: eight in a row for one saga would be bad luck, not a fault.
    const fails = flapping.resets.length % 2 === 0 && !failedOnce.has(keyOf(request));
    if (fails) failedOnce.add(keyOf(request));
    return (fails ? status(503) : ok)(request, response);
  });
  const steady = await world.destination(ok);
  const sagas = await world.resets(flapping, 40);
  await world.told(sagas, 'destination.circuit_open');
  // Those that were under way when the breaker opened still arrive; the probe is whoever comes once none is.
  await eventually(async () => (await Promise.all(sagas.map(world.look))).every(({ saga }) => saga.epoch > 0 && saga.epoch === saga.settled_epoch), 60_000);
  scenario = 'probed';
  for (const saga of await world.resets(steady, 40)) {
    const outcome = await world.over(saga);
    expect(outcome.saga.status).toBe('synced');
    expect(codesOf(outcome)).toEqual([]);
  }
  expect((await Promise.all(sagas.map(world.over))).map(({ saga }) => saga.status)).toEqual(sagas.map(() => 'synced'));
  expect(besideTheProbe).toBe(0);
  expect(failedOnce.size).toBeGreaterThan(5);
});

test('F8: a body of 300 MB, plain or packed, is cut at 64 kB and costs the worker next to no memory', async () => {
  const megabyte = Buffer.alloc(1_000_000);
  const bombs: [headers: Record<string, string>, body: Buffer][] = [
    // What gzip packs may be strung together, which takes no time.
    [{ 'content-encoding': 'gzip' }, Buffer.concat(Array.from({ length: 100 }).fill(gzipSync(Buffer.alloc(3_000_000))) as Buffer[])],
    [{ 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(300_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ];
  let sent = 0;
  const endless: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '300000000' });
    const more = (): void => {
      for (let room = true; room && !response.destroyed && sent < 300_000_000; sent += megabyte.length) room = response.write(megabyte);
    };
    response.on('drain', more);
    more();
  };
  const residentKb = async (): Promise<number> => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${world.worker.pid!}/status`, 'utf8'))![1]);
  const there = [await world.destination(endless), ...(await Promise.all(bombs.map(([headers, body]) => world.destination((_request, response) => void response.writeHead(200, headers).end(body)))))];
  const before = await residentKb();
  let peak = 0;
  const telemetry = setInterval(() => void residentKb().then((now) => (peak = Math.max(peak, now))), 20);
  const sagas = await Promise.all(there.map((destination) => world.reset(destination)));
  const outcomes = await Promise.all(sagas.map(world.over));
  clearInterval(telemetry);
  expect(outcomes.map(({ saga }) => saga.status)).toEqual(['synced', 'synced', 'synced']);
  expect(repliesIn(outcomes[0]!)[0]).toMatchObject({ http_status: 200 });
  expect(sent).toBeLessThan(20_000_000);
  expect(peak - before).toBeLessThan(10_000);
});

test('F9, F10: nobody has walked into the trap', () => {
  expect(caught).toBe(0);
});

test('I4: whatever a destination was sent had one key and one body for each saga, and was known for ours', () => {
  const resets = world.destinations.flatMap((destination) => destination.resets.map((reset) => ({ ...reset, to: destination.instance._id })));
  expect(resets.length).toBeGreaterThan(150);
  const bodies = new Map<string, Set<string>>();
  for (const reset of resets) {
    assertAuthentic(reset);
    const key = `${reset.to} ${keyOf(reset)}`;
    bodies.set(key, (bodies.get(key) ?? new Set()).add(reset.body));
  }
  expect([...bodies.values()].filter(({ size }) => size !== 1)).toEqual([]);
});

test('I12: the worker is still the same process, has met no bug, and has told nobody a secret', async () => {
  expect(world.worker.exitCode).toBeNull();
  expect(world.output()).not.toMatch(/unhandled|uncaught|threw what it should not/i);
  const stored = JSON.stringify(await world.store.connection.db!.collection(collections.logs).find({}).toArray());
  for (const secret of world.secrets) {
    expect(world.output()).not.toContain(secret);
    expect(stored).not.toContain(secret);
  }
  expect(await world.store.connection.db!.collection(collections.logs).countDocuments({ 'step.outcome': 'failed' })).toBe(0);
});
