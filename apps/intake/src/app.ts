import { trustProxies } from '@crossroads/platform';
import express from 'express';
import { handleError, handleUnknownPath } from './error-handler.js';
import { registerRoutes } from './http/register-routes.js';
import type { IntakePorts } from './ports.js';
import { requestMiddleware } from './request-middleware.js';
import { routes } from './routes.js';

/** Returns the Express app of the intake: resets, and the order calls that a reset needs. */
export const intakeApp = (ports: IntakePorts): express.Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  trustProxies(app, ports.trustedProxies);
  ports.timed(app);
  app.use(requestMiddleware(ports.log));
  registerRoutes(app, routes, ports);
  app.use(handleUnknownPath);
  app.use(handleError(ports.log));
  return app;
};
