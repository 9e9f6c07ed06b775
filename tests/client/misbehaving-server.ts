import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `cut` closes the connection without a response, `cut-short` in the middle of the body. `hang` never responds. */
export type Behaviour = 'cut' | 'cut-short' | 'hang' | { status?: number; headers?: Record<string, string>; body?: unknown };

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server with one behaviour for each request. The last behaviour also applies to all later requests. */
export interface MisbehavingServer {
  url: string;
  received: Received[];
  behave(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

export const misbehavingServer = async (): Promise<MisbehavingServer> => {
  let remaining: Behaviour[] = [];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      received.push({ method, path, headers, body });
      respond(request, response, remaining.length > 1 ? remaining.shift()! : remaining[0]!);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave: (...behaviours) => {
      remaining = behaviours;
      received.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const respond = ({ socket }: IncomingMessage, response: ServerResponse, behaviour: Behaviour): void => {
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
