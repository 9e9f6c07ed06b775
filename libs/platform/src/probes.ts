import type { RequestListener } from 'node:http';

/** A page of the probe server. */
export type Page = () => Promise<{ type: string; body: string }>;

export interface Probes {
  /** Resolves if the process can do its work. Rejects with the reason otherwise. */
  ready(): Promise<void>;
  /** Returns additional members of `/livez`. */
  alive?(): object;
  /** Pages by path. A page that rejects gets 503 with the reason. */
  pages?: Readonly<Record<string, Page>>;
}

/**
 * Returns the request listener of the probe server. The server is for the platform that runs the process, not for callers.
 *
 * - `/livez` responds while the event loop runs, with the duration of one iteration.
 * - `/readyz` responds with 503 while the process cannot do its work, and while it drains.
 */
export const probes = ({ ready, alive = () => ({}), pages = {} }: Probes): { listener: RequestListener; drain(): void } => {
  let draining = false;
  return {
    drain: () => {
      draining = true;
    },
    listener: (request, response) => {
      const send = (status: number, type: string, body: string): void => {
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
      };
      const sendStatus = (status: number, description: string): void => send(status, 'application/json', JSON.stringify({ status: description }));
      const [path = ''] = (request.url ?? '').split('?');
      if (path === '/livez') {
        const receivedAt = performance.now();
        return void setImmediate(() => send(200, 'application/json', JSON.stringify({ status: 'ok', execution_ms: Math.round(performance.now() - receivedAt), ...alive() })));
      }
      if (path === '/readyz') {
        if (draining) return sendStatus(503, 'draining');
        return void ready().then(() => sendStatus(200, 'ok'), (error: unknown) => sendStatus(503, reasonOf(error)));
      }
      const page = pages[path];
      if (!page) return sendStatus(404, 'not found');
      page().then(({ type, body }) => send(200, type, body), (error: unknown) => sendStatus(503, reasonOf(error)));
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'not ready');
