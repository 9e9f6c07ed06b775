import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import { send } from '../page/send.js';
import { PageError } from './page-error.js';

export const notFound: RequestHandler = () => {
  throw new PageError(404, 'There is no such page', 'Perhaps the address was cut short. Look for the saga or order with the box above.');
};

/** The one place where errors become pages. */
export const errorPages =
  (chrome: Chrome, log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const told = asPageError(error);
    if (told.status >= 500) log.error('a page could not be shown', { method: request.method, path: request.path, error });
    // What is on the screen stays there when its refresh fails.
    if (request.get('hx-request')) return void response.status(told.status).type('text').send(told.message);
    if (request.originalUrl.startsWith('/v1/') || request.path.endsWith('.json')) {
      return void response.status(told.status).json({ detail: told.message, code: told.code });
    }
    send(
      response,
      <Layout chrome={chrome} title={told.title} operator={response.locals['operator']}>
        <section class="notice">
          <p class="notice-code">{told.status}</p>
          <h1>{told.title}</h1>
          <p>{told.message}</p>
          <p>
            <a class="button" href="/sagas">
              All sagas
            </a>{' '}
            <a class="button" href={request.method === 'GET' ? request.originalUrl : '/'}>
              Try again
            </a>
          </p>
        </section>
      </Layout>,
      told.status,
    );
  };

const asPageError = (error: unknown): PageError => {
  if (error instanceof PageError) return error;
  if (error instanceof StoreUnavailable) {
    return new PageError(503, 'MongoDB does not answer', 'Nothing can be shown or changed until it does. Accepted sagas are safe and go on by themselves afterwards.');
  }
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new PageError(status, 'The request could not be read', 'Nothing was changed. Go back, reload the page and try again.', 'request.unreadable');
  }
  return new PageError(500, 'Something went wrong here', 'It is a fault in these pages, not in a saga, and has been written to the log.');
};
