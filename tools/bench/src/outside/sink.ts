import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sink {
  url: string;
  /** Requests answered so far. */
  count(): number;
  /** Told each arrival: the correlation id, and when by `performance.now()`. */
  onArrival?: ((correlationId: string, at: number) => void) | undefined;
}

const ok = Buffer.from('{"status":"ok"}');
const headers = { 'content-type': 'application/json', 'content-length': ok.length };

/** A destination that takes everything at once. */
export const openSink = async (): Promise<Sink> => {
  let count = 0;
  const sink: Sink = { url: '', count: () => count };
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const at = performance.now();
      count += 1;
      response.writeHead(200, headers).end(ok);
      if (!sink.onArrival) return;
      const [, id] = /"correlation_id":"([^"]+)"/.exec(Buffer.concat(chunks).toString()) ?? [];
      if (id !== undefined) sink.onArrival(id, at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return sink;
};
