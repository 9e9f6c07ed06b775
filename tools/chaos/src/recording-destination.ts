import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { History } from './history.js';

/** How the destination answers. `lost`: it takes the reset, and cuts the connection before anybody hears of it. */
export type Scenario = 'well' | 'unavailable' | 'hang' | 'garbage' | 'lost';

export interface RecordingDestination {
  url: string;
  /** Draws the mood of each request; `well` when unset. */
  behave(draw: (() => Scenario) | undefined): void;
  /** How often it was in a mood other than `well`. */
  faulty(): number;
  /** Milliseconds it takes over a request. */
  takes(draw: () => number): void;
  close(): Promise<void>;
}

/** Resets of these are refused, always: whoever is asked twice must say the same. */
const isRejected = (correlationId: string): boolean => createHash('sha256').update(correlationId).digest()[0]! < 12;

interface Message {
  data: { correlation_id: string; order: { order_id: string } };
}

/** A destination system in the campaign's own process: what it received is known whatever becomes of the system under test. */
export const openRecordingDestination = async (history: History): Promise<RecordingDestination> => {
  let scenario: (() => Scenario) | undefined;
  let takesMs: () => number = () => 0;
  let faulty = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bytesOf(request);
    const { correlation_id: correlationId, order } = (JSON.parse(body.toString()) as Message).data;
    const drawn = scenario?.() ?? 'well';
    if (drawn !== 'well') faulty += 1;
    const rejected = isRejected(correlationId);
    history.deliveries.push({
      at: Date.now(),
      key: `${request.headers['idempotency-key'] as string}/${request.headers['webhook-id'] as string}`,
      correlationId,
      orderId: order.order_id,
      instance: request.url!.slice('/webhooks/'.length),
      body: createHash('sha256').update(body).digest('hex'),
      taken: !rejected && (drawn === 'well' || drawn === 'garbage' || drawn === 'lost'),
    });
    await new Promise((resolve) => setTimeout(resolve, takesMs()));
    if (drawn === 'hang') return;
    if (drawn === 'lost') return void request.socket.destroy();
    if (drawn === 'unavailable') return void response.writeHead(503, { 'Content-Type': 'application/json' }).end('{"detail":"Try again later."}');
    if (drawn === 'garbage' && !rejected) return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>It works!</body>');
    return void response.writeHead(rejected ? 422 : 200, { 'Content-Type': 'application/json' }).end(rejected ? '{"detail":"Not here."}' : '{"status":"ok"}');
  };
  const server = createServer((request, response) => {
    // A worker that dies in the middle of its request leaves half a body; nobody received that.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: (draw) => void (scenario = draw),
    faulty: () => faulty,
    takes: (draw) => void (takesMs = draw),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};

const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
