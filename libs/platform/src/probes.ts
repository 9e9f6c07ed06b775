import type { RequestListener } from 'node:http';

/** Something to read beside the probes. */
export type Page = () => Promise<{ type: string; body: string }>;

export interface Probes {
  /** Resolves when the process can do its work; rejects, with the reason, when it cannot now. */
  ready(): Promise<void>;
  /** What `/livez` adds to its word: when work was last done, say. */
  alive?(): object;
  /** By path. One that rejects is answered with 503 and the reason. */
  pages?: Readonly<Record<string, Page>>;
}

/**
 * `/livez`: the process answers, so its event loop turns, and how long one turn took. `/readyz`: it can do its work; 503 while it cannot, and while it drains.
 * A server of their own, for who runs the process and not for who calls it.
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
      const answer = (status: number, description: string): void => send(status, 'application/json', JSON.stringify({ status: description }));
      const [path = ''] = (request.url ?? '').split('?');
      if (path === '/livez') {
        const asked = performance.now();
        return void setImmediate(() => send(200, 'application/json', JSON.stringify({ status: 'ok', execution_ms: Math.round(performance.now() - asked), ...alive() })));
      }
      if (path === '/readyz') {
        if (draining) return answer(503, 'draining');
        return void ready().then(() => answer(200, 'ok'), (error: unknown) => answer(503, reasonOf(error)));
      }
      const page = pages[path];
      if (!page) return answer(404, 'not found');
      page().then(({ type, body }) => send(200, type, body), (error: unknown) => answer(503, reasonOf(error)));
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'not ready');
