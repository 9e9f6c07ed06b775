import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from './log.js';
import { oneAtATime } from './one-at-a-time.js';

/** A reply to a request that the application never sees. */
interface Rejection {
  status: number;
  detail: string;
}

type ClientSocket = Duplex & { remoteAddress?: string };

const reject = (status: number, detail: string): Rejection => ({ status, detail });

/** The errors of Node's HTTP server with a status of their own. Every other error is a malformed request. */
const rejections: Record<string, Rejection> = {
  HPE_HEADER_OVERFLOW: reject(431, 'The headers of the request are larger than 8 kB together. Send shorter headers.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: reject(413, 'The chunk extensions of the body are too large. Send the body without chunk extensions.'),
  ERR_HTTP_REQUEST_TIMEOUT: reject(408, 'The request did not arrive in time. Send the request again on a new connection.'),
};

const malformed = reject(400, 'The request is not valid HTTP/1.1. Correct the request line, the headers and the length of the body.');

const noHost = reject(400, 'The request has no Host header. HTTP/1.1 requires one: add it.');

const severalHosts = reject(400, 'The request has more than one Host header. Send one.');

/** Milliseconds that a rejected connection stays open, so that the caller can read the reply. */
const lingerMs = 1_000;

/**
 * Makes a server reply to malformed requests like the application: with `{"detail": …}`, a request id and a log line.
 * Node itself would send a reply without a body, before any handler runs. Needs a server with `requireHostHeader: false`.
 */
export const handleMalformedRequests = (server: Server, app: RequestListener, log: Pick<Log, 'debug'>): void => {
  /** The last request of each connection that the application has. */
  const requests = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  const rejected = new WeakSet<Duplex>();

  const report = ({ status, detail }: Rejection, fields: object): void => log.debug('malformed request rejected', { status, detail, ...fields });

  const rejectOn = (socket: ClientSocket, rejection: Rejection, code: string | undefined): void => {
    const { headers, body } = replyTo(rejection);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${rejection.status} ${STATUS_CODES[rejection.status]}\r\n${lines.join('')}\r\n${body}`);
    report(rejection, { request_id: headers['X-Request-ID'], from: socket.remoteAddress, code });
    closeSoon(socket);
  };

  const handle = oneAtATime(app);
  server.on('request', (request, response) => {
    requests.set(request.socket, { request, response });
    const rejection = hostRejection(request);
    if (!rejection) return handle(request, response);
    const { headers, body } = replyTo(rejection);
    response.writeHead(rejection.status, headers).end(body);
    report(rejection, { request_id: headers['X-Request-ID'], from: request.socket.remoteAddress });
  });
  // An unknown expectation may be ignored. Node would send a reply without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));

  server.on('clientError', (error: NodeJS.ErrnoException, socket: ClientSocket) => {
    if (rejected.has(socket)) return;
    rejected.add(socket);
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const rejection = rejections[error.code ?? ''] ?? malformed;
    const { request, response } = requests.get(socket) ?? {};
    if (!response || response.writableEnded) return rejectOn(socket, rejection, error.code);
    // The request after the current one is malformed. The current one still gets its response.
    if (request?.complete) return void response.once('finish', () => rejectOn(socket, rejection, error.code));
    if (response.headersSent) return void socket.destroy();
    // The application has the request, but not its body. It logs its own response, with its own request id.
    const { headers, body } = replyTo(rejection);
    response.writeHead(rejection.status, { ...headers, 'X-Request-ID': response.getHeader('X-Request-ID') ?? headers['X-Request-ID'] }).end(body);
    closeSoon(socket);
  });
};

/** Node accepts several Host headers and uses the first. A proxy that uses the last would see another request than this server (RFC 9112, section 3.2). */
const hostRejection = ({ rawHeaders, httpVersion }: IncomingMessage): Rejection | undefined => {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === 'host') hosts += 1;
  if (hosts > 1) return severalHosts;
  return hosts === 0 && httpVersion === '1.1' ? noHost : undefined;
};

/** Closes a connection after a delay. Until then, its input is read and discarded. Without this, a reset of the connection may overtake the reply. */
const closeSoon = (socket: ClientSocket): void => {
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
};

const replyTo = ({ detail }: Rejection) => {
  const body = JSON.stringify({ detail });
  const headers = {
    'X-Request-ID': randomUUID(),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  };
  return { headers, body };
};
