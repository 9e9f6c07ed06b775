import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  links: { traceId: string; spanId: string }[];
  attributes: Record<string, string | number>;
  failed: boolean;
}

export interface SpanReceiver {
  url: string;
  spans: ReceivedSpan[];
  close(): void;
}

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}

interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes' | 'service' | 'failed'> & { attributes: Attribute[]; status: { code: number } })[] }[];
  }[];
}

const plain = (attributes: Attribute[]) => Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));

/** Starts a collector that stores the spans it receives: OTLP over HTTP, as JSON. */
export const openSpanReceiver = async (): Promise<SpanReceiver> => {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/v1/traces') return response.writeHead(404).end();
      for (const { resource, scopeSpans } of (JSON.parse(Buffer.concat(chunks).toString()) as Export).resourceSpans) {
        const service = String(plain(resource.attributes)['service.name']);
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
          spans.push({ ...span, service, parentSpanId: span.parentSpanId ?? '', links: span.links ?? [], attributes: plain(span.attributes), failed: span.status.code === 2 });
        }
      }
      return response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  // Without this, a connection could close while spans are sent, and lose them as with any collector.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close().closeAllConnections() };
};
