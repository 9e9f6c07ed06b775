import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.js';
import { handleMalformedRequests } from './malformed-requests.js';

export interface HttpServer {
  /** The address of the server, with the actual port also for port 0. */
  url: string;
  /** Stops listening, closes idle connections, and waits for open requests. */
  close(): Promise<void>;
}

/** Milliseconds for open requests to finish after the server has started to close. */
const closeTimeoutMs = 5_000;

export interface HttpOptions {
  /** Gets a line for each request that is not valid HTTP. Default: no log. */
  log?: Pick<Log, 'debug'>;
}

/** Starts a server, with limits for slow and hostile clients. */
export const listen = (app: RequestListener, port: number, host = '127.0.0.1', { log = { debug: () => undefined } }: HttpOptions = {}): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const server: Server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: 8_192, requireHostHeader: false });
    handleMalformedRequests(server, app, log);
    server.maxRequestsPerSocket = 1_000;
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
