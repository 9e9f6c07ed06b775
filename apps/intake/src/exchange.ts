import type { Log } from '@crossroads/runtime';
import type { RequestHandler } from 'express';
import { uuidv7 } from 'uuidv7';

/** Milliseconds after which an answer is owed, whatever is down. */
const promisedMs = 2_800;

/** What every exchange gets: an id, safe headers, a line in the log, and an answer in time. */
export const exchange =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const began = performance.now();
    const requestId = uuidv7();
    response.set({ 'X-Request-ID': requestId, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    const late = setTimeout(() => {
      if (!response.headersSent) response.status(503).set('Retry-After', '2').json({ detail: 'The service is busy or its database does not answer. Try again.' });
    }, promisedMs);
    response.on('close', () => {
      clearTimeout(late);
      log.info('answered', {
        request_id: requestId,
        method: request.method,
        path: request.path,
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
      });
    });
    next();
  };
