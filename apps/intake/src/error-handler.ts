import { NotAllowed } from '@crossroads/platform';
import type { Log } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { HttpError, httpError } from './http-error.js';

/** Responds with 404 to a path that no route matches. */
export const handleUnknownPath: RequestHandler = (_request, response) => {
  response.status(404).json({ detail: 'Not Found' });
};

/** Responds to every error with `{"detail": …}`. The reply contains no internal details. */
export const handleError = (log: Log): ErrorRequestHandler => {
  const toHttpError = httpErrorMapper(log);
  // Express recognises an error handler by its four parameters.
  // oxlint-disable-next-line no-unused-vars
  return (error: unknown, _request, response, _next) => {
    if (!response.headersSent) {
      const { problem, headers } = toHttpError(error);
      response.status(problem.status).set(headers).json(problem.body);
      return;
    }
    // The deadline has responded already, or a stream failed. The default handler would print a stack trace and close the connection.
    if (!response.writableEnded) response.destroy();
  };
};

/** Milliseconds between two log lines about an unavailable store. During an outage, thousands of requests may fail; each has its own line. */
const outageLogIntervalMs = 1_000;

const httpErrorMapper = (log: Log): ((error: unknown) => HttpError) => {
  let outageLoggedAt = -Infinity;
  return (error) => {
    if (error instanceof HttpError) return error;
    if (error instanceof NotAllowed) return httpError(error.status, error.message, error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
    if (error instanceof URIError) return httpError(400, 'The path is not correctly percent-encoded. Encode it and send the request again.');
    if (error instanceof StoreUnavailable) {
      if (performance.now() - outageLoggedAt >= outageLogIntervalMs) {
        outageLoggedAt = performance.now();
        log.warn('MongoDB is unavailable; requests get 503', { error });
      }
      return httpError(503, storeUnavailableText, { 'Retry-After': '2' });
    }
    log.error('a request failed with an unexpected error; the caller gets 500', { error });
    return httpError(500, 'Internal Server Error');
  };
};

export const storeUnavailableText = 'The database is unavailable, so nothing was accepted. Send the request again after the seconds in Retry-After.';
