import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Returns the caller's number of an order. */
export const orderNumber = (index: number): string => `SO-${1_000_000 + index}`;

export interface Reply {
  /** 0 when the connection was cut. */
  status: number;
  body: string;
}

/** One keep-alive connection with one request at a time. It uses little CPU, so that the server is measured and not the client. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #resolve: ((reply: Reply) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async send(request: string): Promise<Reply> {
    const socket = this.#socket ?? (await this.#open());
    return new Promise((resolve) => {
      this.#resolve = resolve;
      socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1', () => resolve(socket));
      socket.setNoDelay(true).setEncoding('latin1');
      socket.on('data', (text: string) => this.#receive(text));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
        this.#finish({ status: 0, body: '' });
      });
      this.#socket = socket;
    });
  }

  #receive(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.slice(end + 4, end + 4 + length);
    this.#received = '';
    // The server closes each connection after some requests and announces it in this header.
    if (/connection: close/i.test(head)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    this.#finish({ status: Number(head.slice(9, 12)), body });
  }

  #finish(reply: Reply): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(reply);
  }
}

/** A caller. The baselines get the same bytes as the real intake. */
export interface Caller {
  apiKey: string;
  tenantName: string;
  destTenantName: string;
}

export interface Target {
  url: string;
  /** Order number `index` belongs to caller `index % callers.length`. */
  callers: Caller[];
  /** Index of the first order. Each request uses the next one, so that no reset blocks another. */
  from: number;
  /** Additional headers of request number `index`. */
  headers?: (index: number) => string[];
}

export interface Prepared {
  text: string;
  correlationId: string;
}

/** Formats request number `index`. */
export const requestOf = ({ url, callers, from, headers }: Target, index: number): Prepared => {
  const { pathname, host } = new URL(url);
  const order = from + index;
  const caller = callers[order % callers.length]!;
  const correlationId = randomUUID();
  const body = JSON.stringify({ order: { order_number: orderNumber(order) } });
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    `X-API-Key: ${caller.apiKey}`,
    `X-Tenant-Name: ${caller.tenantName}`,
    `X-Dest-Tenant-Name: ${caller.destTenantName}`,
    `X-Correlation-ID: ${correlationId}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...(headers?.(index) ?? []),
  ];
  return { text: `${head.join('\r\n')}\r\n\r\n${body}`, correlationId };
};

export interface Saturation {
  perS: number;
  /** Responses with a status other than 200. */
  failed: number;
  sent: number;
}

/** Measures the maximum rate: every connection sends its next request when it has the response to the last one. */
export const saturate = async (target: Target, connections: number, forMs: number): Promise<Saturation> => {
  const port = Number(new URL(target.url).port);
  const all = Array.from({ length: connections }, () => new Connection(port));
  const began = performance.now();
  let sent = 0;
  let accepted = 0;
  let failed = 0;
  await Promise.all(
    all.map(async (connection) => {
      while (performance.now() - began < forMs) {
        const { status } = await connection.send(requestOf(target, sent++).text);
        if (status === 200) accepted += 1;
        else failed += 1;
      }
    }),
  );
  const perS = accepted / ((performance.now() - began) / 1_000);
  for (const connection of all) connection.close();
  return { perS, failed, sent };
};

export interface Pace {
  perS: number;
  count: number;
}

export interface SentRequest {
  index: number;
  correlationId: string;
  /** `performance.now()` of sending. */
  at: number;
  reply: Promise<Reply>;
}

/** Sends requests at a fixed rate with half an interval of jitter, without waiting for responses. Calls `each` for every request. */
export const paced = async (target: Target, { perS, count }: Pace, each: (sent: SentRequest) => void): Promise<void> => {
  const port = Number(new URL(target.url).port);
  const free: Connection[] = [];
  const every: Connection[] = [];
  const prepared = Array.from({ length: count }, (_, index) => requestOf(target, index));
  const dueAt = prepared.map((_, index) => ((index + Math.random() - 0.5) * 1_000) / perS).sort((a, b) => a - b);
  const began = performance.now() + 50;
  const replies: Promise<Reply>[] = [];
  for (const [index, { text, correlationId }] of prepared.entries()) {
    const delayMs = began + dueAt[index]! - performance.now();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    let connection = free.pop();
    if (!connection) every.push((connection = new Connection(port)));
    const used = connection;
    const at = performance.now();
    const reply = used.send(text).finally(() => free.push(used));
    replies.push(reply);
    each({ index, correlationId, at, reply });
  }
  await Promise.all(replies);
  for (const connection of every) connection.close();
};
