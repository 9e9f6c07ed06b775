import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { closeServer, createSelfSignedCertificate, listen } from '@crossroads/testkit';
import { describeEveryRequest } from './every-request.js';
import type { DestinationHarness } from './destination-harness.js';
import { codesOf, failures, openDestinationHarness } from './destination-harness.js';
import { first, ok, status } from './replies.js';

/** Addresses and certificates that a worker must not accept. All run at the same time, through one real worker and real stores. Each test has its own destination. */
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

test('F9, F10: no forbidden connection was opened', () => {
  expect(forbiddenConnections).toBe(0);
});

describeEveryRequest(() => harness, 15);
