import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for pages that run no inline script and load nothing from elsewhere. Over plain HTTP on a LAN
 * neither HSTS nor the upgrade of requests may be asked for: the browser would look for a TLS port that is not there.
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
    // With no-referrer a browser sends `Origin: null` from our own forms, and the same-origin check would refuse them.
    referrerPolicy: { policy: 'same-origin' },
    // These two only work over TLS, and warn in the browser's console without it.
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
  });
