import { NotAllowed } from '@crossroads/platform';
import type { Log } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { HttpError, httpError } from './http-error.js';

export const notFound: RequestHandler = (_request, response) => {
  response.status(404).json({ detail: 'Not Found' });
};

/** The one door for errors: each becomes a `{"detail": …}` that says nothing of our insides. */
export const answerFailure = (log: Log): ErrorRequestHandler => {
  const rejectionFor = rejections(log);
  // Express knows an error handler by its four parameters.
  // oxlint-disable-next-line no-unused-vars
  return (error: unknown, _request, response, _next) => {
    if (!response.headersSent) {
      const { problem, headers } = rejectionFor(error);
      response.status(problem.status).set(headers).json(problem.body);
      return;
    }
    // The deadline has answered already, or a stream broke: Express would print a stack and cut the connection either way.
    if (!response.writableEnded) response.destroy();
  };
};

/** Milliseconds between two reasons given for the store's absence: each refused exchange has a line of its own besides, and there may be thousands. */
const sayAgainMs = 1_000;

const rejections = (log: Log): ((error: unknown) => HttpError) => {
  let saidAt = -Infinity;
  return (error) => {
    if (error instanceof HttpError) return error;
    if (error instanceof NotAllowed) return httpError(error.status, error.message, error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
    if (error instanceof URIError) return httpError(400, 'The path is not well-formed.');
    if (error instanceof StoreUnavailable) {
      if (performance.now() - saidAt >= sayAgainMs) {
        saidAt = performance.now();
        log.warn('the store is unavailable', { error });
      }
      return httpError(503, storeAway, { 'Retry-After': '2' });
    }
    log.error('an exchange failed unexpectedly', { error });
    return httpError(500, 'Internal Server Error');
  };
};

export const storeAway = 'The database does not answer, so nothing was accepted. Try again after the seconds in Retry-After.';
