import { createHash } from 'node:crypto';
import { Router } from 'express';
import { docsPage, style } from '../docs/page.js';
import { openApiDocument } from '../openapi.js';

/** The page's one style sheet is in the page, and nothing else may be loaded or run. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const keep = 'public, max-age=300';

/** `GET /openapi.json` and `GET /docs`: what may be asked, for machines and for people. Made once. */
export const documents = (): Router => {
  const document = openApiDocument();
  const page = docsPage(document);
  return Router()
    .get('/openapi.json', (_request, response) => {
      response.set('Cache-Control', keep).json(document);
    })
    .get('/docs', (_request, response) => {
      response.set({ 'Cache-Control': keep, 'Content-Security-Policy': policy }).type('html').send(page);
    });
};
