import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.js';

/** What Express adds to a request. */
export interface Routed extends IncomingMessage {
  baseUrl: string;
}

interface Route {
  path: unknown;
}

/** An Express middleware that times every exchange, by the pattern of its route and never by its path. */
export const httpDurations = (metrics: Metrics) => {
  const durations = metrics.histogram({
    name: 'crossroads_http_request_duration_seconds',
    help: 'Exchanges, by the pattern of their route (`none`: no route was reached). Replies that were held on purpose are among them.',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30],
  });
  return (request: Routed, response: ServerResponse, next: () => void): void => {
    const began = performance.now();
    const { method = 'GET' } = request;
    let route: Route | undefined;
    let pattern = 'none';
    // Express forgets where a router was mounted once an error leaves it, so the pattern is noted as the route is entered.
    Object.defineProperty(request, 'route', {
      configurable: true,
      get: () => route,
      set: (entered: Route | undefined) => {
        route = entered;
        // Mount points match in any case, and each spelling would be a series of its own.
        if (entered) pattern = `${request.baseUrl.toLowerCase()}${String(entered.path)}`.replace(/(.)\/$/, '$1');
      },
    });
    response.once('close', () => {
      durations.observe({ method, route: pattern, status: `${Math.floor(response.statusCode / 100)}xx` }, (performance.now() - began) / 1_000);
    });
    next();
  };
};
