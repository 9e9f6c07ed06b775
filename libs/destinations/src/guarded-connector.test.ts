import { createServer } from 'node:net';
import type { LookupFunction, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RetryableError } from '@crossroads/saga';
import { closeServer, listen } from '@crossroads/testkit';
import { privateHosts } from './destination-address.js';
import { guardedConnector } from './guarded-connector.js';
import { openHttpClient } from './http-client.js';

/** Listens on every address of this machine and counts the connections that were not blocked. */
let listener: Server;
let port: number;
let connections: number;

beforeEach(async () => {
  connections = 0;
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  port = await listen(listener, '0.0.0.0');
});
afterEach(() => closeServer(listener));

const resolvingTo = (...answers: string[][]) => {
  const lookup = ((_host, options, callback) => {
    const addresses = answers.length > 1 ? answers.shift()! : answers[0]!;
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  }) satisfies LookupFunction;
  return { lookup, left: answers };
};

const attempt = async (address: string, allowed: string[] = [], lookup?: LookupFunction): Promise<unknown> => {
  const { send, close } = openHttpClient({ isAllowedPrivate: privateHosts(allowed), connectMs: 200, replyBytes: 1_000, lookup });
  try {
    return await send({ method: 'POST', url: address, headers: {}, body: '' }, new AbortController().signal).catch((error: unknown) => error);
  } finally {
    await close();
  }
};

const expectBlocked = (outcome: unknown): void => {
  expect(outcome).toBeInstanceOf(RetryableError);
  expect(outcome).toMatchObject({ code: 'destination.address_blocked' });
};

test('an allowed private host is connected', async () => {
  await attempt(`http://127.0.0.1:${port}/`, ['127.0.0.1']);
  expect(connections).toBe(1);
});

test.each([
  '127.0.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.1', '0', '0.0.0.0', '127。0。0。1', '①②⑦.0.0.1', '127.0.0.１',
  '[::1]', '[::]', '[::ffff:7f00:1]', '[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[::ffff:a9fe:a9fe]', '169.254.169.254',
  'tms.example@127.0.0.1', '127.0.0.1\\@tms.example', 'localhost', 'LOCALHOST',
])('https://%s is not connected', async (host) => {
  expectBlocked(await attempt(`https://${host}:${port}/`));
  expect(connections).toBe(0);
});

describe('names', () => {
  test.each([[['127.0.0.1']], [['::1']], [['::ffff:7f00:1']], [['169.254.169.254']], [['8.8.8.8', '127.0.0.1']], [['127.0.0.1', '8.8.8.8']], [[]]])(
    'a name that resolves to %j is not connected',
    async (addresses) => {
      expectBlocked(await attempt(`https://tms.example:${port}/`, [], resolvingTo(addresses).lookup));
      expect(connections).toBe(0);
    },
  );

  test('a name that resolves to a private address after a public one is not connected', async () => {
    // 2000::1 is public and unassigned.
    const { lookup, left } = resolvingTo(['2000::1'], ['127.0.0.1']);
    const first = await attempt(`https://tms.example:${port}/`, [], lookup);
    expect(first).toEqual(expect.objectContaining({ code: expect.stringMatching(/^destination\.(unavailable|timed_out)$/) }));
    expect(left).toEqual([['127.0.0.1']]);
    expectBlocked(await attempt(`https://tms.example:${port}/`, [], lookup));
    expect(connections).toBe(0);
  });

  test('an allowed name is connected to its private address, on the allowed port only', async () => {
    const { lookup } = resolvingTo(['127.0.0.1']);
    await attempt(`http://dev.example:${port}/`, [`dev.example:${port}`], lookup);
    expect(connections).toBe(1);
    expectBlocked(await attempt(`https://dev.example:${port}/`, ['dev.example:1'], lookup));
    expect(connections).toBe(1);
  });
});

test.each(['http://tms.example/', 'https://key@tms.example/'])('%s is blocked at every attempt', async (address) => {
  expectBlocked(await attempt(address, [], resolvingTo(['2000::1']).lookup));
});

test('the connector blocks literal private addresses for every caller', async () => {
  const connect = guardedConnector({ isAllowedPrivate: () => false, connectMs: 200 });
  for (const hostname of ['127.0.0.1', '::1', '::ffff:7f00:1']) {
    const error = await new Promise((resolve) => connect({ hostname, protocol: 'http:', port: String(port) }, (...[error]) => resolve(error)));
    expect(error).toMatchObject({ name: 'AddressBlocked' });
  }
  expect(connections).toBe(0);
});
