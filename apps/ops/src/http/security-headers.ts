import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { boardPath } from '../board/permissions.js';

/**
 * Sets headers that forbid inline scripts and files of other sites.
 * Over plain HTTP, HSTS and upgraded requests are off: the browser would connect to a TLS port that does not exist.
 */
export const securityHeaders = ({ secure, inlineStyles = false }: { secure: boolean; inlineStyles?: boolean }): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: inlineStyles ? ["'self'", "'unsafe-inline'"] : ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: secure,
    // With no-referrer, a browser sends `Origin: null` from our own forms, and the same-origin check would reject them.
    referrerPolicy: { policy: 'same-origin' },
    // Both need TLS. Without TLS the browser logs a warning.
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
  });

/**
 * Forbids caching of every response but files. Pages change all the time and are not public.
 * Bull Board answers by itself, so the header is set before its routes.
 */
export const neverCached: RequestHandler = (request, response, next) => {
  if (!request.path.startsWith(`${boardPath}/static/`)) response.set('Cache-Control', 'no-store');
  next();
};
