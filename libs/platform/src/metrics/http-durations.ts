import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.js';

/** A request with the members that Express adds. */
export interface Routed extends IncomingMessage {
  baseUrl: string;
}

interface Route {
  path: unknown;
}

/** Returns an Express middleware that measures every request, by the pattern of its route. A path as label would create unlimited series. */
export const httpDurations = (metrics: Metrics) => {
  const durations = metrics.histogram({
    name: 'crossroads_http_request_duration_seconds',
    help: 'Duration of requests, by the pattern of their route (`none`: no route matched). Includes replies that were held on request.',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30],
  });
  return (request: Routed, response: ServerResponse, next: () => void): void => {
    const began = performance.now();
    const { method = 'GET' } = request;
    let route: Route | undefined;
    let pattern = 'none';
    // Express loses the mount path of a router after an error, so the pattern is stored when the route is entered.
    Object.defineProperty(request, 'route', {
      configurable: true,
      get: () => route,
      set: (entered: Route | undefined) => {
        route = entered;
        // Mount paths are case-insensitive. Without this, each spelling would be a separate series.
        if (entered) pattern = `${request.baseUrl.toLowerCase()}${String(entered.path)}`.replace(/(.)\/$/, '$1');
      },
    });
    response.once('close', () => {
      durations.observe({ method, route: pattern, status: `${Math.floor(response.statusCode / 100)}xx` }, (performance.now() - began) / 1_000);
    });
    next();
  };
};
