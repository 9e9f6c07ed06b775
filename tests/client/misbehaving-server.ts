import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `cut` ends the connection unanswered, `cut-short` in the middle of the body, `hang` never answers. */
export type Behaviour = 'cut' | 'cut-short' | 'hang' | { status?: number; headers?: Record<string, string>; body?: unknown };

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that does what it is told with one request after the other, and the last thing for good. */
export interface MisbehavingServer {
  url: string;
  received: Received[];
  behave(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

export const misbehavingServer = async (): Promise<MisbehavingServer> => {
  let blockedBy: Behaviour[] = [];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      received.push({ method, path, headers, body });
      answer(request, response, blockedBy.length > 1 ? blockedBy.shift()! : blockedBy[0]!);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave: (...behaviours) => {
      blockedBy = behaviours;
      received.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const answer = ({ socket }: IncomingMessage, response: ServerResponse, behaviour: Behaviour): void => {
  if (behaviour === 'hang') return;
  if (behaviour === 'cut') {
    socket.destroy();
    return;
  }
  if (behaviour === 'cut-short') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' }).write('{"status":', () => socket.destroy());
    return;
  }
  const { status = 200, headers = {}, body = {} } = behaviour;
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(status === 304 ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
};
