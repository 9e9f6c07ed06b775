import { NotAllowed } from '@crossroads/identity';
import type { Log } from '@crossroads/runtime';
import { StoreUnavailable } from '@crossroads/saga';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { Refused } from './refused.js';

export const notFound: RequestHandler = (_request, response) => {
  response.status(404).json({ detail: 'Not Found' });
};

/** For a path that exists, asked in a way that does not. */
export const allowOnly =
  (...methods: string[]): RequestHandler =>
  (_request, response) => {
    response.status(405).set('Allow', methods.join(', ')).json({ detail: 'Method Not Allowed' });
  };

/** The one door for errors: each becomes a `{"detail": …}` that says nothing of our insides. */
export const answerFailure =
  (log: Log): ErrorRequestHandler =>
  // Express knows an error handler by its four parameters.
  // oxlint-disable-next-line no-unused-vars
  (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      // The deadline has answered already, or a stream broke: Express would print a stack and cut the connection either way.
      if (!response.writableEnded) response.destroy();
      return;
    }
    if (error instanceof Refused) return void response.status(error.problem.status).set(error.headers).json(error.problem.body);
    if (error instanceof NotAllowed) {
      if (error.status === 401) response.set('WWW-Authenticate', 'Bearer');
      return void response.status(error.status).json({ detail: error.message });
    }
    if (error instanceof StoreUnavailable) {
      log.warn('the store is unavailable', { error });
      return void response.status(503).set('Retry-After', '2').json({ detail: storeAway });
    }
    if (error instanceof URIError) return void response.status(400).json({ detail: 'The path is not well-formed.' });
    log.error('an exchange failed unexpectedly', { error });
    return void response.status(500).json({ detail: 'Internal Server Error' });
  };

export const storeAway =
  'The database does not answer, so nothing was accepted. Try again, with the same Idempotency-Key or X-Correlation-ID if you sent one.';
