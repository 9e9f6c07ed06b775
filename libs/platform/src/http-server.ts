import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.js';
import { handleMalformedRequests } from './malformed-requests.js';
import { cutSlowReaders } from './slow-readers.js';

export interface HttpServer {
  /** The address of the server, with the actual port also for port 0. */
  url: string;
  /** Stops listening, closes idle connections, and waits for open requests. */
  close(): Promise<void>;
}

/** Milliseconds for open requests to finish after the server has started to close. */
const closeTimeoutMs = 5_000;

/** Options of a server, with limits for slow and hostile clients. */
export interface HttpOptions {
  /** Gets a line for each request that is not valid HTTP. Default: no log. */
  log?: Pick<Log, 'debug'>;
  /** Connections at most. Further ones are closed at once. Default: no limit. */
  maxConnections?: number;
  /** Milliseconds for a client to receive a response. Then its connection is closed. */
  writeTimeoutMs?: number;
  /** Milliseconds for a client to send its headers. */
  headersTimeoutMs?: number;
  /** Called when a limit closes a connection, at most once a second. */
  onLimit?(limit: 'maxConnections' | 'writeTimeoutMs'): void;
}

/** Node closes overdue connections only this often. Its default of 30 s would make every timeout as long. */
const timeoutCheckMs = 1_000;

const reportIntervalMs = 1_000;

const noLog = { debug: () => undefined };

/** Starts a server. */
export const listen = (app: RequestListener, port: number, host = '127.0.0.1', { log = noLog, maxConnections, writeTimeoutMs = 20_000, headersTimeoutMs = 10_000, onLimit }: HttpOptions = {}): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const server: Server = createServer({ headersTimeout: headersTimeoutMs, requestTimeout: 15_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: timeoutCheckMs, maxHeaderSize: 8_192, requireHostHeader: false });
    handleMalformedRequests(server, app, log);
    server.maxRequestsPerSocket = 1_000;
    if (maxConnections !== undefined) server.maxConnections = maxConnections;
    let reportedAt = -Infinity;
    const report = (limit: 'maxConnections' | 'writeTimeoutMs'): void => {
      if (performance.now() - reportedAt < reportIntervalMs) return;
      reportedAt = performance.now();
      onLimit?.(limit);
    };
    server.on('drop', () => report('maxConnections'));
    cutSlowReaders(server, writeTimeoutMs, () => report('writeTimeoutMs'));
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({
        url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
        close: () =>
          new Promise((closed) => {
            // A client keeps its connection open after the response. Without this, such a connection would delay the close.
            const idle = setInterval(() => server.closeIdleConnections(), 50);
            server.close(() => {
              clearInterval(idle);
              closed();
            });
            server.closeIdleConnections();
            // A connection without any request does not count as idle.
            setTimeout(() => server.closeAllConnections(), closeTimeoutMs).unref();
          }),
      });
    });
  });

/**
 * Makes `request.ip` the address of the client: what the outermost of `proxies` trusted proxies saw, or the other end of the connection without any.
 * An entry that the client put into X-Forwarded-For is never used.
 */
export const trustProxies = (app: { set(name: string, value: number): unknown }, proxies: number): void => {
  app.set('trust proxy', proxies);
};
