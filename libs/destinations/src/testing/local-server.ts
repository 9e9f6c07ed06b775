import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (request: Received, response: ServerResponse) => void;

export interface LocalServer {
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** An HTTP server on this machine that keeps what it receives. */
export const localServer = async (answer: Answer): Promise<LocalServer> => {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = { method: incoming.method!, path: incoming.url!, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      received.push(request);
      answer(request, response);
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async close() {
      server.closeAllConnections();
      await closed(server);
    },
  };
};

export const listening = async (server: Server, host = '127.0.0.1'): Promise<number> => {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

export const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
