import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { isolateTexts } from './isolate-text.js';

isolateTexts();

/** Sends a page. Pages change all the time and are not public, so they must not be cached. */
export const send = (response: Response, page: VNode, status = 200): void => {
  response.status(status).set('Cache-Control', 'no-store').type('html').send(`<!doctype html>${renderToStaticMarkup(page)}`);
};

/** Sends a part of a page, for an htmx refresh. */
export const sendFragment = (response: Response, fragment: VNode): void => {
  response.set('Cache-Control', 'no-store').type('html').send(renderToStaticMarkup(fragment));
};
