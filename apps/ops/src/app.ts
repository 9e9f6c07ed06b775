import express from 'express';
import type { Express } from 'express';
import type { SagaQueue } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { Store } from '@crossroads/store';
import { operatorRepository, orderViewRepository, sagaSearch, sagaViewRepository, sessionRepository } from '@crossroads/store';
import { serveAssets } from './assets/assets.js';
import { boardPath, boardRoutes } from './board/board.js';
import { boardPermissions } from './board/permissions.js';
import type { GivenCommands } from './commands.js';
import { errorPages, notFound } from './http/errors.js';
import { sameOriginOnly } from './http/same-origin.js';
import { securityHeaders } from './http/security-headers.js';
import { landingRoutes } from './landing/landing.route.js';
import { workersOf } from './landing/workers.js';
import { loginRoutes } from './login/login.route.js';
import { signedInOnly } from './login/signed-in.js';
import { orderRoutes } from './orders/order.route.js';
import { jobRoutes } from './sagas/job.route.js';
import { listRoutes } from './sagas/list.route.js';
import { sagaRoutes } from './sagas/saga.route.js';

export interface OpsAppOptions {
  store: Store;
  queue: SagaQueue;
  log: Log;
  environment: string;
  /** Whether operators come in over HTTPS. */
  secure: boolean;
  commands: GivenCommands;
}

/** The operator pages. Everything but the login and the files it loads is for those who have signed in. */
export const createOpsApp = ({ store, queue, log, environment, secure, commands }: OpsAppOptions): Express => {
  const view = sagaViewRepository(store);
  const orders = orderViewRepository(store);
  const operators = operatorRepository(store);
  const sessions = sessionRepository(store);
  const { assets, router: files } = serveAssets();
  const chrome = { assets, environment };
  const epochOf = async (sagaId: string) => (await view.saga(sagaId))?.epoch;

  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders({ secure }));
  app.use(boardPath, securityHeaders({ secure, inlineStyles: true }));
  app.use(files);
  app.use(sameOriginOnly);
  app.use(loginRoutes({ operators, sessions, log, chrome, secureCookies: secure }));
  app.use(signedInOnly(sessions, operators));
  app.use(landingRoutes({ view, workers: workersOf(queue), chrome }));
  app.use(listRoutes({ view, search: sagaSearch(store), chrome }));
  app.use(jobRoutes({ view, queue }));
  app.use(sagaRoutes({ view, orders, commands, chrome, log }));
  app.use(orderRoutes({ orders, chrome }));
  app.use(boardPath, boardRoutes({ queue, environment, permissions: boardPermissions({ epochOf, commands, log }), retries: commands.resume !== undefined }));
  app.use(notFound);
  app.use(errorPages(chrome, log));
  return app;
};
