/** Callers and simulated destination in one process, so that one clock times both. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pace, Target } from './load.js';
import { paced, saturate } from './load.js';
import type { ResetLoad } from './resets.js';
import { sendResets } from './resets.js';

interface Sink {
  url: string;
  /** Returns the number of requests so far. */
  count(): number;
  /** Called for each request with its correlation id and `performance.now()`. */
  onArrival?: ((correlationId: string, at: number) => void) | undefined;
}

const ok = Buffer.from('{"status":"ok"}');
const headers = { 'content-type': 'application/json', 'content-length': ok.length };

/** Opens a destination that accepts every request immediately. */
const openSink = async (): Promise<Sink> => {
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

type Command =
  | { kind: 'count' }
  | { kind: 'saturate'; target: Target; connections: number; forMs: number }
  | { kind: 'pace'; target: Target; pace: Pace }
  | { kind: 'end-to-end'; target: Target; pace: Pace }
  | { kind: 'resets'; target: Target; load: ResetLoad };

const sink = await openSink();

/** Milliseconds after the last request within which every reset must reach the destination. */
const arrivesWithinMs = 15_000;

const work: { [K in Command['kind']]: (command: Extract<Command, { kind: K }>) => Promise<object> } = {
  count: async () => ({ count: sink.count() }),
  saturate: ({ target, connections, forMs }) => saturate(target, connections, forMs),
  async pace({ target, pace }) {
    const latencies: number[] = [];
    let failed = 0;
    await paced(target, pace, ({ at, reply }) => {
      void reply.then(({ status }) => (status === 200 ? latencies.push(performance.now() - at) : failed++));
    });
    return { latencies, failed };
  },
  async 'end-to-end'({ target, pace }) {
    const sentAt = new Map<string, number>();
    const latencies: number[] = [];
    sink.onArrival = (id, at) => {
      const sent = sentAt.get(id);
      if (sent !== undefined) latencies.push(at - sent);
      sentAt.delete(id);
    };
    await paced(target, pace, ({ correlationId, at }) => sentAt.set(correlationId, at));
    const deadline = performance.now() + arrivesWithinMs;
    while (sentAt.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    sink.onArrival = undefined;
    return { latencies, failed: sentAt.size };
  },
  resets: ({ target, load }) => sendResets(target, load),
};

const handle = async (command: Command): Promise<void> => {
  const result = await work[command.kind](command as never);
  process.send?.({ ...result, kind: `${command.kind}-done` });
};
process.on('message', (command: Command) => void handle(command));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready', url: sink.url });
