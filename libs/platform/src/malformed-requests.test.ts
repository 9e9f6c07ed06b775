import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { handleMalformedRequests } from './malformed-requests.js';

const logged: Record<string, unknown>[] = [];

/** Short timeouts, and otherwise the options of the real server. */
const server: Server = createServer({ headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20, maxHeaderSize: 8_192, requireHostHeader: false });
handleMalformedRequests(
  server,
  (request, response) => {
    response.setHeader('X-Request-ID', 'of-the-application');
    if (request.url === '/early') response.write('begun');
    else request.resume().once('end', () => response.end('the application replied'));
  },
  { debug: (message, metadata) => void logged.push({ message, ...metadata }) },
);
beforeAll(() => new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening)));
afterAll(() => new Promise((closed) => void server.close(closed)));
beforeEach(() => void logged.splice(0));

/** Sends raw bytes. Returns everything that the server sends until it closes the connection. */
const send = (bytes: string) =>
  new Promise<string>((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => (text += String(chunk)));
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });

const parsed = (reply: string) => {
  const [head, body] = reply.split('\r\n\r\n') as [string, string];
  const [line, ...headers] = head.split('\r\n') as [string, ...string[]];
  return { status: Number(line.split(' ')[1]), headers: Object.fromEntries(headers.map((header) => header.toLowerCase().split(': ') as [string, string])), body: JSON.parse(body) as { detail: string } };
};

const post = (headers: string) => `POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

test.each<[string, string, number, RegExp]>([
  ['9 kB of headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Padding: ${'x'.repeat(9_000)}\r\n\r\n`, 431, /Send shorter headers/],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, /Host header/],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, /more than one Host header/],
  ['two hosts in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHOST: a\r\n\r\n', 400, /more than one Host header/],
  ['two lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n'), 400, /not valid HTTP/],
  ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'), 400, /not valid HTTP/],
  ['nonsense', '\u0016\u0003\u0001hello\r\n\r\n', 400, /not valid HTTP/],
  ['half a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Ha', 408, /did not arrive in time/],
])('a request with %s gets a detail, a request id and a log line', async (_, bytes, status, detail) => {
  const reply = parsed(await send(bytes));
  expect(reply).toMatchObject({ status, body: { detail: expect.stringMatching(detail) }, headers: { 'content-type': 'application/json; charset=utf-8', connection: 'close', 'cache-control': 'no-store' } });
  expect(reply.headers['content-length']).toBe(String(JSON.stringify(reply.body).length));
  expect(logged).toMatchObject([{ message: 'malformed request rejected', status, request_id: reply.headers['x-request-id'], from: '127.0.0.1' }]);
});

test.each([
  ['a bad chunk', `${post('Transfer-Encoding: chunked\r\n')}zz\r\n`, 400],
  ['half a body', `${post('Content-Length: 100\r\n')}{"order":`, 408],
])('a request with %s, which the application has begun to read, gets the request id of the application', async (_, bytes, status) => {
  expect(parsed(await send(bytes))).toMatchObject({ status, headers: { 'x-request-id': 'of-the-application' }, body: { detail: expect.any(String) } });
});

test('nothing is added to a response that has begun', async () => {
  const reply = await send(`${post('Transfer-Encoding: chunked\r\n').replace('/', '/early')}zz\r\n`);
  expect(reply).not.toMatch(/detail/);
});

test('the request before a malformed one still gets its response', async () => {
  const reply = await send(`GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n`);
  expect(reply).toMatch(/the application replied[^]*HTTP\/1\.1 400 [^]*\{"detail":/);
});

test('an unknown expectation is ignored', async () => {
  expect(await send('GET / HTTP/1.1\r\nHost: x\r\nExpect: the-moon\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*the application replied/);
});
