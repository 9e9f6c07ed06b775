import { NotAllowed } from '@crossroads/identity';
import type { Log } from '@crossroads/runtime';
import { StoreUnavailable } from '@crossroads/saga';
import type { ErrorRequestHandler, RequestHandler } from 'express';

export const notFound: RequestHandler = (_request, response) => {
  response.status(404).json({ detail: 'Not Found' });
};

/** The one door for errors: each becomes a `{"detail": …}` that says nothing of our insides. */
export const answerFailure =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof NotAllowed) {
      if (error.status === 401) response.set('WWW-Authenticate', 'Bearer');
      return void response.status(error.status).json({ detail: error.message });
    }
    if (error instanceof StoreUnavailable) {
      log.warn('the store is unavailable', { error });
      return void response.status(503).set('Retry-After', '2').json({ detail: 'The database does not answer, so nothing was stored. Try again.' });
    }
    const status = clientFault(error);
    if (status === undefined) log.error('an exchange failed unexpectedly', { error });
    return void response.status(status ?? 500).json({ detail: details[status ?? 500] ?? 'There was an error parsing the body' });
  };

/** Body readers mark what the client did wrong with a 4xx status. */
const clientFault = (error: unknown): number | undefined => {
  const status = (error as { status?: unknown }).status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
};

const details: Record<number, string> = {
  413: 'Request body too large',
  415: 'Send the body as it is, without content encoding.',
  500: 'Internal Server Error',
};
