import { randomUUID } from 'node:crypto';
import { CORRELATION_ID } from '@crossroads/contract';
import type { Log } from '@crossroads/platform';
import type { RequestHandler } from 'express';
import { storeUnavailableText } from './error-handler.js';
import { startDeadline } from './http/deadline.js';

/** Milliseconds after which the intake responds with an error, whatever is unavailable. */
const deadlineMs = 2_800;

/**
 * Sets up every request: an id, security headers and a deadline.
 * Logs one line per response, as `debug`, or as `warn` for a status of 500 or more.
 */
export const requestMiddleware =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const { method, path } = request;
    response
      .setHeader('X-Request-ID', requestId)
      .setHeader('Cache-Control', 'no-store')
      .setHeader('X-Content-Type-Options', 'nosniff')
      .setHeader('Referrer-Policy', 'no-referrer');
    const correlationId = readCorrelationId(request.rawHeaders);
    if (correlationId !== undefined) response.setHeader('X-Correlation-ID', correlationId);
    startDeadline(response, deadlineMs, () => {
      if (response.headersSent) return;
      if (request.complete) response.status(503).set('Retry-After', '2').json({ detail: storeUnavailableText });
      // The caller is still sending. The connection must close, because the intake does not read the rest of the body.
      else response.status(408).set('Connection', 'close').json({ detail: 'The request body did not arrive in time. Send the request again on a new connection.' });
    });
    response.on('close', () => {
      log[response.statusCode < 500 ? 'debug' : 'warn']('response sent', {
        request_id: requestId,
        correlation_id: response.getHeader('X-Correlation-ID'),
        method,
        path,
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
        ...(!response.writableFinished && { cut_off: true }),
      });
    });
    next();
  };

const correlationIdHeader = 'x-correlation-id';

/** Returns the correlation id of the request, to echo it. Returns undefined if the header is absent, repeated or malformed. */
const readCorrelationId = (rawHeaders: readonly string[]): string | undefined => {
  let found: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.length !== correlationIdHeader.length || rawHeaders[at]!.toLowerCase() !== correlationIdHeader) continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[at + 1]!.trim();
  }
  return found !== undefined && CORRELATION_ID.test(found) ? found : undefined;
};
