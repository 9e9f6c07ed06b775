import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.js';

const route = Symbol('route');
const mountPath = Symbol('mountPath');

/** A request with the members that Express adds, and with the route that it has entered last. */
interface Routed extends IncomingMessage {
  baseUrl: string;
  [route]?: { path: unknown };
  [mountPath]?: string;
}

/** The part of an Express app that is needed to measure its requests. */
export interface MeasuredApp {
  /** The prototype of its requests. */
  request: object;
  use(middleware: (request: Routed, response: ServerResponse, next: () => void) => void): unknown;
}

/** Returns a function that measures every request of an Express app, by the pattern of its route. A path as label would create unlimited series. */
export const httpDurations = (metrics: Metrics) => {
  const durations = metrics.histogram({
    name: 'crossroads_http_request_duration_seconds',
    help: 'Duration of requests, by the pattern of their route (`none`: no route matched). Includes replies that were held on request.',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30],
  });
  return (app: MeasuredApp): void => {
    keepMountPaths(app.request);
    app.use((request, response, next) => {
      const began = performance.now();
      const { method = 'GET' } = request;
      response.once('close', () => {
        durations.observe({ method, route: patternOf(request), status: `${Math.floor(response.statusCode / 100)}xx` }, (performance.now() - began) / 1_000);
      });
      next();
    });
  };
};

/**
 * Makes requests keep the mount path of each route that they enter, because Express loses the path after an error.
 * The accessor is on the prototype: one on every request would make all members of the request slow.
 */
const keepMountPaths = (prototype: object): void => {
  Object.defineProperty(prototype, 'route', {
    configurable: true,
    get(this: Routed) {
      return this[route];
    },
    set(this: Routed, entered: { path: unknown }) {
      this[route] = entered;
      this[mountPath] = this.baseUrl;
    },
  });
};

const patternOf = (request: Routed): string => {
  const entered = request[route];
  // Mount paths are case-insensitive. Without this, each spelling would be a separate series.
  return entered ? `${request[mountPath]?.toLowerCase()}${String(entered.path)}`.replace(/(.)\/$/, '$1') : 'none';
};
