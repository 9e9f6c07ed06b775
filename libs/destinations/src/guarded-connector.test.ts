import { createServer } from 'node:net';
import type { LookupFunction, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { privateHosts } from './destination-address.js';
import { guardedConnector } from './guarded-connector.js';
import { openHttpClient } from './http-client.js';
import { closed, listening } from './testing/local-server.js';

/** A listener on every address of this machine; whoever reaches it has walked into the trap. */
let trap: Server;
let port: number;
let caught: number;

beforeEach(async () => {
  caught = 0;
  trap = createServer((socket) => {
    caught += 1;
    socket.destroy();
  });
  port = await listening(trap, '0.0.0.0');
});
afterEach(() => closed(trap));

const answering = (...answers: string[][]) => {
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

const rejected = expect.objectContaining({ name: 'StepUnavailable', code: 'destination.address_blocked' });

test('the trap hears those who are let through', async () => {
  await attempt(`http://127.0.0.1:${port}/`, ['127.0.0.1']);
  expect(caught).toBe(1);
});

test.each([
  '127.0.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.1', '0', '0.0.0.0', '127。0。0。1', '①②⑦.0.0.1', '127.0.0.１',
  '[::1]', '[::]', '[::ffff:7f00:1]', '[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[::ffff:a9fe:a9fe]', '169.254.169.254',
  'tms.example@127.0.0.1', '127.0.0.1\\@tms.example', 'localhost', 'LOCALHOST',
])('https://%s reaches nobody', async (host) => {
  expect(await attempt(`https://${host}:${port}/`)).toEqual(rejected);
  expect(caught).toBe(0);
});

describe('names', () => {
  test.each([[['127.0.0.1']], [['::1']], [['::ffff:7f00:1']], [['169.254.169.254']], [['8.8.8.8', '127.0.0.1']], [['127.0.0.1', '8.8.8.8']], [[]]])(
    'one that stands for %j reaches nobody',
    async (addresses) => {
      expect(await attempt(`https://tms.example:${port}/`, [], answering(addresses).lookup)).toEqual(rejected);
      expect(caught).toBe(0);
    },
  );

  test('one that changes its mind after it was checked reaches nobody', async () => {
    // An address that is public and that nobody has.
    const { lookup, left } = answering(['2000::1'], ['127.0.0.1']);
    const first = await attempt(`https://tms.example:${port}/`, [], lookup);
    expect(first).toEqual(expect.objectContaining({ code: expect.stringMatching(/^destination\.(unavailable|timed_out)$/) }));
    expect(left).toEqual([['127.0.0.1']]);
    expect(await attempt(`https://tms.example:${port}/`, [], lookup)).toEqual(rejected);
    expect(caught).toBe(0);
  });

  test('one that is allowed reaches its private address, on its own port only', async () => {
    const { lookup } = answering(['127.0.0.1']);
    await attempt(`http://dev.example:${port}/`, [`dev.example:${port}`], lookup);
    expect(caught).toBe(1);
    expect(await attempt(`https://dev.example:${port}/`, ['dev.example:1'], lookup)).toEqual(rejected);
    expect(caught).toBe(1);
  });
});

test.each(['http://tms.example/', 'https://key@tms.example/'])('%s is refused at every attempt, not only when it is set up', async (address) => {
  expect(await attempt(address, [], answering(['2000::1']).lookup)).toEqual(rejected);
});

test('the connector itself refuses what is written out, whoever asks it', async () => {
  const connect = guardedConnector({ isAllowedPrivate: () => false, connectMs: 200 });
  for (const hostname of ['127.0.0.1', '::1', '::ffff:7f00:1']) {
    const error = await new Promise((resolve) => connect({ hostname, protocol: 'http:', port: String(port) }, (...[error]) => resolve(error)));
    expect(error).toMatchObject({ name: 'AddressRefused' });
  }
  expect(caught).toBe(0);
});
