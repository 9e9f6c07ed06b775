import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ApiDocument } from '../docs/openapi.js';
import { renderPage, style } from '../docs/page.js';

/** Allows only the page's inline style sheet. Nothing else is loaded or executed. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const cacheControl = 'public, max-age=300';

/** Serves the OpenAPI document. */
export const openApiFile = (describe: () => ApiDocument) => (): RequestHandler => {
  const document = describe();
  return (_request, response) => {
    response.set('Cache-Control', cacheControl).json(document);
  };
};

/** Serves the OpenAPI document as a page for people. */
export const docsPage = (describe: () => ApiDocument) => (): RequestHandler => {
  const page = renderPage(describe());
  return (_request, response) => {
    response.set({ 'Cache-Control': cacheControl, 'Content-Security-Policy': policy }).type('html').send(page);
  };
};
