import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RetryableError } from '@crossroads/saga';
import type { Reply } from './http-client.js';
import { openHttpClient } from './http-client.js';
import type { Answer, LocalServer } from './testing/local-server.js';
import { closed, listening, localServer } from './testing/local-server.js';
import { selfSigned } from './testing/self-signed.js';
import { within } from './within.js';

let door: ReturnType<typeof openHttpClient>;
let server: LocalServer;
let answer: Answer;

beforeEach(async () => {
  door = openHttpClient({ isAllowedPrivate: () => true, connectMs: 3_000, replyBytes: 65_536 });
  server = await localServer((request, response) => answer(request, response));
});
afterEach(() => server.close());
afterEach(() => door.close());

const never = new AbortController().signal;
const ask = (signal = never, url = server.url): Promise<Reply> => door.send({ method: 'POST', url, headers: {}, body: '' }, signal);
const failure = async (asked: Promise<unknown>): Promise<RetryableError> => {
  const error: unknown = await asked.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(RetryableError);
  return error as RetryableError;
};

describe('the body', () => {
  test('up to the limit is read whole', async () => {
    answer = (_request, response) => response.end('x'.repeat(65_536));
    expect(await ask()).toMatchObject({ status: 200, body: 'x'.repeat(65_536), note: '' });
  });

  test.each([65_537, 300_000_000])('of %i bytes is cut, and the sender hung up on', async (size) => {
    let sent = 0;
    const gone = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on('close', resolve);
        const body = function* () {
          for (const chunk = Buffer.alloc(65_537, 'x'); sent < size; sent += chunk.length) yield chunk;
        };
        Readable.from(body()).pipe(response);
      };
    });
    const reply = await ask();
    expect(reply.body).toHaveLength(65_536);
    expect(reply.note).toContain('was cut');
    await gone;
    expect(sent).toBeLessThan(20_000_000);
  });

  test('is asked for uncompressed', async () => {
    answer = (_request, response) => response.end();
    await ask();
    expect(server.received[0]!.headers['accept-encoding']).toBe('identity');
  });

  test.each([
    ['gzip', gzipSync('{"a":1}')],
    ['GZIP', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
  ])('that comes as %s all the same is read', async (encoding, body) => {
    answer = (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body);
    expect(await ask()).toMatchObject({ body: '{"a":1}', note: '' });
  });

  test.each([
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['no gzip at all', 'gzip', Buffer.from('plain')],
    ['gzip cut short', 'gzip', gzipSync('x'.repeat(500)).subarray(0, 15)],
    ['twice compressed', 'gzip, gzip', gzipSync(gzipSync('x'))],
    ['of an unknown kind', 'zstd', Buffer.from('x')],
  ])('that is %s is left unread', async (_title, encoding, body) => {
    answer = (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body);
    const { status, note, body: { length } } = await ask();
    expect({ status, note, length }).toEqual({ status: 200, note: expect.stringContaining('not read'), length: 0 });
  });

  test('that is no UTF-8 is read as far as it goes', async () => {
    answer = (_request, response) => response.end(Buffer.from([0x61, 0xff, 0xfe]));
    expect((await ask()).body).toBe('a\ufffd\ufffd');
  });
});

describe('time', () => {
  test.each<[title: string, misbehave: Answer]>([
    ['nothing', () => {}],
    ['half a head', (_request, response) => void response.socket!.write('HTTP/1.1 200 OK\r\nx')],
    [
      'one byte after another',
      (_request, response) => {
        response.write('x');
        const drip = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('a destination that sends %s is cut off, and its socket freed', async (_title, misbehave) => {
    const gone = new Promise((resolve) => {
      answer = (request, response) => {
        response.on('close', resolve);
        misbehave(request, response);
      };
    });
    expect((await failure(within(100, never, ask))).code).toBe('destination.timed_out');
    await gone;
  });

  test('an interrupted attempt lets go at once', async () => {
    const abort = new AbortController();
    const gone = new Promise((resolve) => {
      answer = (_request, response) => {
        response.on('close', resolve);
        abort.abort();
      };
    });
    expect((await failure(within(60_000, abort.signal, ask))).code).toBe('destination.interrupted');
    await gone;
  });
});

describe('the head', () => {
  const raw = (text: string): Answer => (_request, response) => void response.socket!.end(text);

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`],
    ['a header with a line feed in it', 'HTTP/1.1 200 OK\r\nx: a\nset-cookie\r\n\r\n'],
    ['a header with a NUL in it', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('that is %s is an error like any other', async (_title, text) => {
    answer = raw(text);
    expect((await failure(ask())).code).toMatch(/^destination\.(invalid_response|unavailable)$/);
  });

  test('with two wishes when to come back holds none', async () => {
    answer = raw('HTTP/1.1 503 No\r\nretry-after: 1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n');
    expect((await ask()).retryAfter).toBeUndefined();
  });
});

describe('the connection', () => {
  test('rejected', async () => {
    const url = server.url;
    await server.close();
    expect((await failure(ask(never, url))).code).toBe('destination.unavailable');
  });

  test('to a name that leads nowhere', async () => {
    const nowhere = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
    const lost = openHttpClient({ isAllowedPrivate: () => true, connectMs: 3_000, replyBytes: 1, lookup: (_host, _options, callback) => callback(nowhere, '', 0) });
    const error = await failure(lost.send({ method: 'POST', url: 'https://tms.invalid/', headers: {}, body: '' }, never));
    expect(error).toMatchObject({ code: 'destination.unavailable', message: expect.stringContaining('leads nowhere') });
    await lost.close();
  });

  test('encrypted, to one who does not encrypt', async () => {
    expect((await failure(ask(never, server.url.replace('http:', 'https:')))).code).toBe('destination.tls_failed');
  });

  const year = 365 * 24 * 3_600_000;
  test.each([
    ['nobody vouches for', 'localhost', -year, year],
    ['has expired', 'localhost', -2 * year, -year],
    ['is for another host', 'other.example', -year, year],
  ])('with a certificate that %s', async (_title, host, from, until) => {
    let heard = 0;
    const at = (ms: number) => new Date(Date.now() + ms);
    const tls: Server = createTlsServer(selfSigned(host, at(from), at(until)), () => {
      heard += 1;
    });
    const error: unknown = await ask(never, `https://localhost:${await listening(tls)}`).catch((error: unknown) => error);
    await closed(tls);
    expect(error).toMatchObject({
      name: 'StepUnavailable',
      code: 'destination.tls_failed',
      message: expect.stringMatching(/\([A-Z_]+\)/),
    });
    expect(heard).toBe(0);
  });
});
