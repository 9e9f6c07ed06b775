import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import type { Chrome } from '../page/layout.js';
import { Layout, send } from '../page/layout.js';
import { localPath } from './local-path.js';
import { PageError } from './page-error.js';

export const notFound: RequestHandler = () => {
  throw new PageError(404, 'Page not found', 'Check the address: a part may be missing. Or search for the order in the box at the top.');
};

/** Converts errors to responses: a page, JSON for the API, or plain text for a refresh. */
export const errorPages =
  (chrome: Chrome, log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const shown = toPageError(error);
    if (shown.status >= 500) log.error('could not show a page', { method: request.method, path: request.path, error });
    // htmx does not swap in an error, so the page on the screen stays when a refresh fails.
    if (request.get('hx-request')) return void response.status(shown.status).type('text').send(shown.message);
    if (request.originalUrl.startsWith('/v1/') || request.path.endsWith('.json')) {
      return void response.status(shown.status).json({ detail: shown.message, code: shown.code });
    }
    send(
      response,
      <Layout chrome={chrome} title={shown.title} operator={response.locals['operator']}>
        <section class="notice">
          <p class="notice-code">{shown.status}</p>
          <h1>{shown.title}</h1>
          <p>
            {shown.message} <code class="code">{shown.code}</code>
          </p>
          <p>
            <a class="button" href="/sagas">
              All resets
            </a>{' '}
            <a class="button" href={shown.link?.href ?? (request.method === 'GET' ? localPath(request.originalUrl) : '/')}>
              {shown.link?.label ?? 'Try again'}
            </a>
          </p>
        </section>
      </Layout>,
      shown.status,
    );
  };

const toPageError = (error: unknown): PageError => {
  if (error instanceof PageError) return error;
  if (error instanceof StoreUnavailable) {
    return new PageError(503, 'MongoDB is unavailable', 'Without MongoDB, these pages cannot show or change anything. Start MongoDB. Accepted sagas are safe and continue then.');
  }
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new PageError(status, 'The request could not be parsed', 'Nothing was changed. Go back, reload the page and try again.', 'request.unreadable');
  }
  return new PageError(500, 'Internal error', 'The operator pages have a bug. Sagas are not affected. If you pressed a button, open the saga to see whether the action was done. The log of the ops process has the error.');
};
