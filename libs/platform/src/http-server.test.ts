import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { HttpOptions, HttpServer } from './http-server.js';
import { listen } from './http-server.js';

let servers: HttpServer[] = [];
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) await server.close();
  [servers, sockets] = [[], []];
});

const megabytes = Buffer.alloc(32 * 1024 * 1024, 'x');

/** Starts a server that responds with `/large`, with `/held` after half a second, and else with one word. */
const start = async (limits: HttpOptions): Promise<{ url: string; limited: Promise<string> }> => {
  let report: (limit: string) => void;
  const limited = new Promise<string>((resolve) => (report = resolve));
  const server = await listen(
    ({ url }, response) => {
      if (url === '/held') setTimeout(() => response.end('held'), 500);
      else response.end(url === '/large' ? megabytes : 'well');
    },
    0,
    '127.0.0.1',
    { ...limits, onLimit: (limit) => report(limit) },
  );
  servers.push(server);
  return { url: server.url, limited };
};

/** Opens a connection that reads nothing until `resume`. */
const open = (url: string): Socket => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
};
const send = (socket: Socket, path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);

/** Reads to the end. Resolves with the number of bytes. */
const readAll = async (socket: Socket): Promise<number> => {
  let length = 0;
  socket.on('data', (chunk: Buffer) => (length += chunk.length)).resume();
  await once(socket, 'close');
  return length;
};

test('a client that does not read its response is cut off', async () => {
  const { url, limited } = await start({ writeTimeoutMs: 400 });
  send(open(url), '/large');
  expect(await limited).toBe('writeTimeoutMs');
});

test('a client that reads a little at a time is cut off too', async () => {
  const { url, limited } = await start({ writeTimeoutMs: 400 });
  const socket = open(url);
  send(socket, '/large');
  const reading = setInterval(() => void socket.read(1_024), 20);
  expect(await limited).toBe('writeTimeoutMs');
  clearInterval(reading);
});

test('a client that reads gets a large response', async () => {
  const { url } = await start({});
  expect((await (await fetch(`${url}/large`)).arrayBuffer()).byteLength).toBe(megabytes.length);
});

test('a response that is held longer than the timeout arrives', async () => {
  const { url } = await start({ writeTimeoutMs: 100 });
  expect(await (await fetch(`${url}/held`)).text()).toBe('held');
});

test('connections above the limit are closed and reported, and an ended one makes room', async () => {
  const { url, limited } = await start({ maxConnections: 2 });
  const [first, second] = [open(url), open(url)];
  await Promise.all([once(first, 'connect'), once(second, 'connect')]);
  expect(await readAll(open(url))).toBe(0);
  expect(await readAll(open(url))).toBe(0);
  expect(await limited).toBe('maxConnections');
  const closed = once(first, 'close');
  first.destroy();
  await closed;
  for (;;) if ((await fetch(url).then((reply) => reply.text(), () => 'refused')) === 'well') break;
});

test.each([['no headers', ''], ['headers that do not end', 'GET / HTTP/1.1\r\nHost: x\r\n']])('a connection that sends %s is closed', async (_, bytes) => {
  const { url } = await start({ headersTimeoutMs: 100 });
  const socket = open(url);
  socket.write(bytes);
  expect(await readAll(socket)).toBeGreaterThanOrEqual(0);
});

test('requests that a client sends at once on one connection are handled one after the other', async () => {
  const open: string[] = [];
  const handled: string[] = [];
  let most = 0;
  const server = await listen(
    ({ url }, response) => {
      open.push(url!);
      most = Math.max(most, open.length);
      setImmediate(() => {
        handled.push(open.pop()!);
        response.end(url);
      });
    },
    0,
  );
  servers.push(server);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${path === '/19' ? 'Connection: close\r\n' : ''}\r\n`).join(''));
  await readAll(socket);
  expect(handled).toEqual(paths);
  expect(most).toBe(1);
});
