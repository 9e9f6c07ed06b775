import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ApiDocument } from '../docs/openapi.js';
import { renderPage, style } from '../docs/page.js';

/** Allows only the page's inline style sheet. Nothing else is loaded or executed. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const cacheControl = 'public, max-age=300';

/** Serves the OpenAPI document. */
export const openApiFile = (describe: () => ApiDocument) => (): RequestHandler => serve('application/json', JSON.stringify(describe()), {});

/** Serves the OpenAPI document as a page for people. */
export const docsPage = (describe: () => ApiDocument) => (): RequestHandler => serve('text/html', renderPage(describe()), { 'Content-Security-Policy': policy });

/**
 * Serves the same bytes to every request. These routes need no credentials and have no rate limit.
 * Without the shared bytes, each request would cost a serialization of 120 kB, and each slow reader its own copy.
 */
const serve = (type: string, text: string, headers: Record<string, string>): RequestHandler => {
  const bytes = Buffer.from(text);
  return (_request, response) => {
    response.set({ 'Cache-Control': cacheControl, ...headers, 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': String(bytes.length) }).end(bytes);
  };
};
