import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { retryAfterMs } from '@crossroads/contract';
import { RetryableError } from '@crossroads/saga';
import type { LocalServer, RequestHandler } from '@crossroads/testkit';
import { closeServer, createSelfSignedCertificate, listen, startLocalServer } from '@crossroads/testkit';
import type { Reply } from './http-client.js';
import { openHttpClient } from './http-client.js';
import { withDeadline } from './with-deadline.js';

let client: ReturnType<typeof openHttpClient>;
let server: LocalServer;
let handle: RequestHandler;

beforeEach(async () => {
  client = openHttpClient({ isAllowedPrivate: () => true, connectMs: 3_000, replyBytes: 65_536 });
  server = await startLocalServer((request, response) => handle(request, response));
});
afterEach(() => server.close());
afterEach(() => client.close());

const never = new AbortController().signal;
const send = (signal = never, url = server.url): Promise<Reply> => client.send({ method: 'POST', url, headers: {}, body: '' }, signal);
const failure = async (sent: Promise<unknown>): Promise<RetryableError> => {
  const error: unknown = await sent.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(RetryableError);
  return error as RetryableError;
};

describe('the body', () => {
  test('up to the limit is read completely', async () => {
    handle = (_request, response) => response.end('x'.repeat(65_536));
    expect(await send()).toMatchObject({ status: 200, text: 'x'.repeat(65_536), note: '' });
  });

  test.each([65_537, 300_000_000])('of %i bytes is truncated, and the connection closed', async (size) => {
    let sentBytes = 0;
    const gone = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.on('close', resolve);
        const body = function* () {
          for (const chunk = Buffer.alloc(65_537, 'x'); sentBytes < size; sentBytes += chunk.length) yield chunk;
        };
        Readable.from(body()).pipe(response);
      };
    });
    const reply = await send();
    expect(reply.text).toHaveLength(65_536);
    expect(reply.note).toContain('was truncated');
    await gone;
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  test('is requested without compression', async () => {
    handle = (_request, response) => response.end();
    await send();
    expect(server.received[0]!.headers['accept-encoding']).toBe('identity');
  });

  test.each([
    ['gzip', gzipSync('{"a":1}')],
    ['GZIP', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
  ])('that is compressed with %s is decoded', async (encoding, body) => {
    handle = (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body);
    expect(await send()).toMatchObject({ text: '{"a":1}', note: '' });
  });

  test.each([
    ['a decompression bomb', 'gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['not gzip', 'gzip', Buffer.from('plain')],
    ['truncated gzip', 'gzip', gzipSync('x'.repeat(500)).subarray(0, 15)],
    ['compressed twice', 'gzip, gzip', gzipSync(gzipSync('x'))],
    ['of an unknown encoding', 'zstd', Buffer.from('x')],
  ])('that is %s is ignored', async (_title, encoding, body) => {
    handle = (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body);
    const { status, note, text: { length } } = await send();
    expect({ status, note, length }).toEqual({ status: 200, note: expect.stringContaining('was ignored'), length: 0 });
  });

  test('with invalid UTF-8 is read with replacement characters', async () => {
    handle = (_request, response) => response.end(Buffer.from([0x61, 0xff, 0xfe]));
    expect(await send()).toMatchObject({ text: 'a\ufffd\ufffd', note: expect.stringContaining('could not be decoded') });
  });

  test('with two Content-Encoding headers is decoded by both', async () => {
    handle = (_request, response) => void response.writeHead(200, [['content-encoding', 'gzip'], ['content-encoding', 'identity']].flat()).end(gzipSync('{"a":1}'));
    expect(await send()).toMatchObject({ text: '{"a":1}', note: '' });
  });
});

describe('time', () => {
  test.each<[title: string, misbehave: RequestHandler]>([
    ['nothing', () => {}],
    ['incomplete headers', (_request, response) => void response.socket!.write('HTTP/1.1 200 OK\r\nx')],
    [
      'one byte after another',
      (_request, response) => {
        response.write('x');
        const drip = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('a request to a destination that sends %s times out, and its socket is closed', async (_title, misbehave) => {
    const gone = new Promise((resolve) => {
      handle = (request, response) => {
        response.on('close', resolve);
        misbehave(request, response);
      };
    });
    expect((await failure(withDeadline(100, never, send))).code).toBe('destination.timed_out');
    await gone;
  });

  test('an interrupted attempt closes its socket', async () => {
    const abort = new AbortController();
    const gone = new Promise((resolve) => {
      handle = (_request, response) => {
        response.on('close', resolve);
        abort.abort();
      };
    });
    expect((await failure(withDeadline(60_000, abort.signal, send))).code).toBe('destination.interrupted');
    await gone;
  });
});

describe('the headers', () => {
  const raw = (text: string): RequestHandler => (_request, response) => void response.socket!.end(text);

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`],
    ['a header with a line feed in it', 'HTTP/1.1 200 OK\r\nx: a\nset-cookie\r\n\r\n'],
    ['a header with a NUL in it', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('that contain %s are a retryable error', async (_title, text) => {
    handle = raw(text);
    expect((await failure(send())).code).toMatch(/^destination\.(invalid_response|unavailable)$/);
  });

  test('with two values of Retry-After have a list, which is no delay', async () => {
    handle = raw('HTTP/1.1 503 No\r\nretry-after: 1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n');
    const { retryAfter } = await send();
    expect(retryAfter).toBe('1, 2');
    expect(retryAfterMs(retryAfter, 0)).toBeUndefined();
  });
});

describe('the connection', () => {
  test('that is refused is a retryable error', async () => {
    const url = server.url;
    await server.close();
    expect((await failure(send(never, url))).code).toBe('destination.unavailable');
  });

  test('to a name that cannot be resolved is a retryable error', async () => {
    const notFound = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
    const unresolved = openHttpClient({ isAllowedPrivate: () => true, connectMs: 3_000, replyBytes: 1, lookup: (_host, _options, callback) => callback(notFound, '', 0) });
    const error = await failure(unresolved.send({ method: 'POST', url: 'https://tms.invalid/', headers: {}, body: '' }, never));
    expect(error).toMatchObject({ code: 'destination.unavailable', message: expect.stringContaining('could not be resolved') });
    await unresolved.close();
  });

  test('with TLS to a server without TLS is a retryable error', async () => {
    expect((await failure(send(never, server.url.replace('http:', 'https:')))).code).toBe('destination.tls_failed');
  });

  const year = 365 * 24 * 3_600_000;
  test.each([
    ['is self-signed', 'localhost', -year, year],
    ['has expired', 'localhost', -2 * year, -year],
    ['is for another host', 'other.example', -year, year],
  ])('to a server whose certificate %s sends no request', async (_title, host, from, until) => {
    let requests = 0;
    const at = (ms: number) => new Date(Date.now() + ms);
    const tls: Server = createTlsServer(createSelfSignedCertificate(host, at(from), at(until)), () => {
      requests += 1;
    });
    const error: unknown = await send(never, `https://localhost:${await listen(tls)}`).catch((error: unknown) => error);
    await closeServer(tls);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({
      code: 'destination.tls_failed',
      message: expect.stringMatching(/\([A-Z_]+\)/),
    });
    expect(requests).toBe(0);
  });
});
