import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
  /** Where it listens; the port is the real one even if 0 was asked for. */
  url: string;
  /** Stops listening, lets exchanges in hand finish, ends idle connections at once. */
  close(): Promise<void>;
}

/** Milliseconds that exchanges in hand have to finish once the server closes. */
const activeMs = 5_000;

/** Listens, with limits that a slow or hostile client meets long before our patience does. */
export const listen = (app: RequestListener, port: number, host = '127.0.0.1'): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const server: Server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: 8_192 }, app);
    server.maxRequestsPerSocket = 1_000;
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({
        url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
        close: () =>
          new Promise((closed) => {
            // A client that has its answer keeps its connection for the next request, and would keep us here.
            const idle = setInterval(() => server.closeIdleConnections(), 50);
            server.close(() => {
              clearInterval(idle);
              closed();
            });
            server.closeIdleConnections();
            // Some clients open a connection and never say a word on it; it counts as busy.
            setTimeout(() => server.closeAllConnections(), activeMs).unref();
          }),
      });
    });
  });
