import type { Span, Tracing } from '@crossroads/platform';
import type { RequestHandler, Response } from 'express';

const spans = new WeakMap<Response, Span>();

/** Names the trace a reset was submitted in; absent where nobody traces. */
export const traceparentOf = (response: Response): string | undefined => spans.get(response)?.traceparent;

/** The first span of a reset's trace, or the next one of its caller's. */
export const submitSpan =
  (tracing: Tracing): RequestHandler =>
  (request, response, next) => {
    const attributes = { 'http.request.method': 'POST', 'http.route': '/v1/order/reset' };
    const span = tracing.start('POST /v1/order/reset', { kind: 'server', parent: request.get('traceparent'), attributes });
    spans.set(response, span);
    response.once('close', () => {
      const { statusCode } = response;
      span.set({ 'http.response.status_code': statusCode, 'messaging.message.conversation_id': String(response.getHeader('X-Correlation-ID') ?? '') });
      span.end(statusCode < 500 ? undefined : `answered ${statusCode}`);
    });
    next();
  };
