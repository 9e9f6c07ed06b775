import type { RequestListener } from 'node:http';

export interface Probes {
  /** Resolves when the process can do its work; rejects, with the reason, when it cannot now. */
  ready(): Promise<void>;
}

/**
 * `/livez`: the process answers, so its event loop turns. `/readyz`: it can do its work; 503 while it cannot, and while it drains.
 * For apps without a server of their own.
 */
export const probes = ({ ready }: Probes): { listener: RequestListener; drain(): void } => {
  let draining = false;
  return {
    drain: () => {
      draining = true;
    },
    listener: (request, response) => {
      const answer = (status: number, says: string): void => {
        response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify({ status: says }));
      };
      if (request.url === '/livez') return answer(200, 'ok');
      if (request.url !== '/readyz') return answer(404, 'not found');
      if (draining) return answer(503, 'draining');
      ready().then(
        () => answer(200, 'ok'),
        (error: unknown) => answer(503, error instanceof Error ? error.message : 'not ready'),
      );
    },
  };
};
