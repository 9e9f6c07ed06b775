import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { History } from './history.js';

/**
 * How the destination responds. With `lost`, the reset is accepted and the connection closed without a response.
 * With `conflict`, the first request of a reset is lost like this. Each further request gets 409, as while the first one is processed.
 */
export type Scenario = 'well' | 'unavailable' | 'hang' | 'garbage' | 'lost' | 'conflict';

export interface RecordingDestination {
  url: string;
  /** Sets how the scenario of each request is drawn; always `well` when undefined. */
  setScenario(draw: (() => Scenario) | undefined): void;
  /** Returns the number of requests with a scenario other than `well`. */
  faults(): number;
  /** Sets how the delay of each response is drawn, in milliseconds. */
  setDelay(draw: () => number): void;
  close(): Promise<void>;
}

/** Returns whether the destination rejects this reset. The result depends only on the id, so a retry gets the same response. */
const isRejected = (correlationId: string): boolean => createHash('sha256').update(correlationId).digest()[0]! < 12;

interface Message {
  data: { correlation_id: string; order: { order_id: string } };
}

/** Opens a destination in the campaign's own process. Its records survive every fault of the system under test. */
export const openRecordingDestination = async (history: History): Promise<RecordingDestination> => {
  let scenario: (() => Scenario) | undefined;
  let delayMs: () => number = () => 0;
  let faults = 0;
  const seen = new Set<string>();

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bytesOf(request);
    const { correlation_id: correlationId, order } = (JSON.parse(body.toString()) as Message).data;
    const drawn = scenario?.() ?? 'well';
    if (drawn !== 'well') faults += 1;
    const rejected = isRejected(correlationId);
    const isKnown = seen.has(correlationId);
    seen.add(correlationId);
    history.deliveries.push({
      at: Date.now(),
      key: `${request.headers['idempotency-key'] as string}/${request.headers['webhook-id'] as string}`,
      correlationId,
      orderId: order.order_id,
      instance: request.url!.slice('/webhooks/'.length),
      body: createHash('sha256').update(body).digest('hex'),
      taken: !rejected && (drawn === 'well' || drawn === 'garbage' || drawn === 'lost' || (drawn === 'conflict' && !isKnown)),
    });
    await new Promise((resolve) => setTimeout(resolve, delayMs()));
    if (drawn === 'hang') return;
    if (drawn === 'conflict' && isKnown) return void response.writeHead(409, { 'Content-Type': 'application/json' }).end('{"detail":"Still in progress."}');
    if (drawn === 'lost' || drawn === 'conflict') return void request.socket.destroy();
    if (drawn === 'unavailable') return void response.writeHead(503, { 'Content-Type': 'application/json' }).end('{"detail":"Try again later."}');
    if (drawn === 'garbage' && !rejected) return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>It works!</body>');
    return void response.writeHead(rejected ? 422 : 200, { 'Content-Type': 'application/json' }).end(rejected ? '{"detail":"Not here."}' : '{"status":"ok"}');
  };
  const server = createServer((request, response) => {
    // A worker that dies while it sends leaves half a body. Such a request does not count as a delivery.
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setScenario: (draw) => void (scenario = draw),
    faults: () => faults,
    setDelay: (draw) => void (delayMs = draw),
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
