import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import type { RequestHandler } from '@crossroads/testkit';
import { eventually } from '@crossroads/testkit';
import { describeEveryRequest } from './every-request.js';
import type { DestinationHarness } from './destination-harness.js';
import { cleared, codesOf, failures, keyOf, openDestinationHarness } from './destination-harness.js';
import { first, ok, raw, status } from './replies.js';

/** Destinations that send no reply, lose it or send it late. An outage lasts until enough attempts have failed, instead of minutes or hours. All run at the same time, through one real worker and real stores. Each test has its own destination. */
jest.setTimeout(120_000);

let harness: DestinationHarness;
beforeAll(async () => {
  harness = await openDestinationHarness();
});
afterAll(() => harness.close());

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

describeEveryRequest(() => harness, 100);
