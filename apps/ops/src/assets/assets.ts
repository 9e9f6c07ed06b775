import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express from 'express';
import type { Router } from 'express';

/** Paths of the assets. Each contains the hash of its content, so browsers can cache it forever. */
export interface Assets {
  stylesheet: string;
  htmx: string;
  icon: string;
  /** Script of the bulk bar. */
  selection: string;
}

/** The compiler copies no stylesheets, so the code in dist reads them from src too. */
const readAsset = (name: string): Buffer => readFileSync(new URL(`../../src/assets/${name}`, import.meta.url));

const readHtmx = (): Buffer => readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'));

/** Reads the assets once and serves them under /assets. */
export const serveAssets = (): { assets: Assets; router: Router } => {
  const router = express.Router();
  const serve = (name: string, type: string, content: Buffer): string => {
    const path = `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 12)}/${name}`;
    router.get(path, (_request, response) => {
      response.set('Cache-Control', 'public, max-age=31536000, immutable').type(type).send(content);
    });
    return path;
  };
  const assets = {
    stylesheet: serve('ops.css', 'css', readAsset('ops.css')),
    htmx: serve('htmx.js', 'js', readHtmx()),
    icon: serve('icon.svg', 'svg', readAsset('icon.svg')),
    selection: serve('selection.js', 'js', readAsset('selection.js')),
  };
  return { assets, router };
};
