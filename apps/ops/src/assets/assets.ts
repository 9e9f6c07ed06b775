import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express from 'express';
import type { Router } from 'express';

/** Addresses of the files our pages load. Each holds its content's hash, so it can be kept for ever and is never stale. */
export interface Assets {
  stylesheet: string;
  htmx: string;
  icon: string;
}

/** The compiler leaves stylesheets where they are, so both src and dist read them from src. */
const own = (name: string): Buffer => readFileSync(new URL(`../../src/assets/${name}`, import.meta.url));

const htmxFile = (): Buffer => readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'));

/** Reads the files once and serves them under /assets. */
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
    stylesheet: serve('ops.css', 'css', own('ops.css')),
    htmx: serve('htmx.js', 'js', htmxFile()),
    icon: serve('icon.svg', 'svg', own('icon.svg')),
  };
  return { assets, router };
};
