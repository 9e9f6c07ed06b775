import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';

/** Sends a whole page. Pages show what is true now and what not everybody may see, so nothing on the way keeps them. */
export const send = (response: Response, page: VNode, status = 200): void => {
  response.status(status).set('Cache-Control', 'no-store').type('html').send(`<!doctype html>${renderToStaticMarkup(page)}`);
};

/** Sends a part of a page that is on the screen already. */
export const sendFragment = (response: Response, fragment: VNode): void => {
  response.set('Cache-Control', 'no-store').type('html').send(renderToStaticMarkup(fragment));
};
