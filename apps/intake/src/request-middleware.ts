import { randomUUID } from 'node:crypto';
import type { Log } from '@crossroads/platform';
import type { RequestHandler } from 'express';
import { storeAway } from './failures.js';
import { startDeadline } from './http/deadline.js';
import { readCorrelationId } from './http/read-correlation-id.js';

/** Milliseconds after which an answer is owed, whatever is down. */
const promisedMs = 2_800;

/** What every exchange gets: an id, safe headers, a line in the log (`debug`, or `warn` where we failed the caller), and an answer in time. */
export const send =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const began = performance.now();
    const requestId = randomUUID();
    const { method, path } = request;
    response
      .setHeader('X-Request-ID', requestId)
      .setHeader('Cache-Control', 'no-store')
      .setHeader('X-Content-Type-Options', 'nosniff')
      .setHeader('Referrer-Policy', 'no-referrer');
    const correlationId = readCorrelationId(request.rawHeaders);
    if (correlationId !== undefined) response.setHeader('X-Correlation-ID', correlationId);
    startDeadline(response, promisedMs, () => {
      if (response.headersSent) return;
      if (request.complete) response.status(503).set('Retry-After', '2').json({ detail: storeAway });
      // Whoever is still sending is late himself, and his connection holds the rest of a body that nobody will read.
      else response.status(408).set('Connection', 'close').json({ detail: 'The request body did not arrive in time.' });
    });
    response.on('close', () => {
      log[response.statusCode < 500 ? 'debug' : 'warn']('answered', {
        request_id: requestId,
        correlation_id: response.getHeader('X-Correlation-ID'),
        method,
        path,
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
        ...(!response.writableFinished && { cut_off: true }),
      });
    });
    next();
  };
