import type { Scope } from '@crossroads/platform';
import type { Express, RequestHandler } from 'express';
import type { z } from 'zod';
import type { Operation } from '../docs/operations.js';
import type { IntakePorts } from '../ports.js';
import { checkQuery } from './check-query.js';
import { traceRequest } from './trace-request.js';

interface RouteBase {
  method: 'get' | 'post';
  path: string;
  /** Whether each request starts a span. */
  traced?: boolean;
  /** Absent: the route is not part of the OpenAPI document. */
  docs?: Operation;
}

/** A route that requires no credentials. */
interface OpenRoute extends RouteBase {
  scope?: undefined;
  query?: undefined;
  handler(ports: IntakePorts): RequestHandler;
}

/** A route whose caller needs credentials with this scope. */
interface ProtectedRoute extends RouteBase {
  scope: Scope;
  /** The parameters of the query. Every other parameter gets 422. Absent: the route has none. */
  query?: z.ZodObject;
  /** The rate limit that counts its requests. */
  limit: 'submit' | 'poll';
  /** The handler checks the scope after the request, because an invalid request gets 422 whatever its credentials are. */
  handler(ports: IntakePorts, scope: Scope): RequestHandler;
}

export type Route = OpenRoute | ProtectedRoute;

/** Returns the request handler of a protected route. */
export type Handler = ProtectedRoute['handler'];

/** Registers the routes. Each path responds to other methods with 405, and to OPTIONS with 204, both with `Allow`. */
export const registerRoutes = (app: Express, routes: readonly Route[], ports: IntakePorts): void => {
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const registered = app.route(path);
    for (const route of ofPath) registered[route.method](...handlersOf(route, ports));
    registered.all(rejectMethod(allowedMethods(ofPath)));
  }
};

/** Returns the methods of a path's routes. Express responds to HEAD like GET. */
export const allowedMethods = (routes: readonly Pick<Route, 'method'>[]): string[] =>
  routes.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : ['POST'])).toSorted();

const handlersOf = (route: Route, ports: IntakePorts): RequestHandler[] => [
  ...(route.traced && ports.tracing ? [traceRequest(ports.tracing, route)] : []),
  ...(route.scope === undefined ? [route.handler(ports)] : [ports.rateLimiter[route.limit], checkQuery(route.query), route.handler(ports, route.scope)]),
];

const rejectMethod = (allowed: readonly string[]): RequestHandler => {
  const allow = allowed.join(', ');
  return (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') response.status(204).end();
    else response.status(405).json({ detail: 'Method Not Allowed' });
  };
};
