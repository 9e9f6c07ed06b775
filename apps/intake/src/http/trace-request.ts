import type { Span, Tracing } from '@crossroads/platform';
import type { RequestHandler, Response } from 'express';

const spans = new WeakMap<Response, Span>();

/** Returns the `traceparent` of a traced request; undefined if tracing is off. */
export const traceparentOf = (response: Response): string | undefined => spans.get(response)?.traceparent;

/** Starts a span for each request of a route. The span continues the caller's trace, or begins a new one. */
export const traceRequest = (tracing: Tracing, { method, path }: { method: string; path: string }): RequestHandler => {
  const attributes = { 'http.request.method': method.toUpperCase(), 'http.route': path };
  const name = `${method.toUpperCase()} ${path}`;
  return (request, response, next) => {
    const span = tracing.start(name, { kind: 'server', parent: request.get('traceparent'), attributes });
    spans.set(response, span);
    response.once('close', () => {
      const { statusCode } = response;
      span.set({ 'http.response.status_code': statusCode, 'messaging.message.conversation_id': String(response.getHeader('X-Correlation-ID') ?? '') });
      span.end(statusCode < 500 ? undefined : `HTTP status ${statusCode}`);
    });
    next();
  };
};
