import express from 'express';
import type { Express } from 'express';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import { trustProxies } from '@crossroads/platform';
import type { Store } from '@crossroads/store';
import {
  auditRepository,
  bulkRepository,
  destinationViewRepository,
  directoryRepository,
  operatorKeyRepository,
  operatorRepository,
  orderQueueRepository,
  orderRepository,
  orderViewRepository,
  sagaSearch,
  sagaViewRepository,
  sessionRepository,
} from '@crossroads/store';
import { apiRoutes } from './api/api.route.js';
import { authenticate } from './api/authenticate.js';
import { serveAssets } from './assets/assets.js';
import { auditRoutes } from './audit/audit.route.js';
import { boardRoutes } from './board/board.js';
import { boardPath, boardPermissions } from './board/permissions.js';
import { bulkRoutes } from './bulk/bulk.route.js';
import type { BulkRunner } from './bulk/bulk-runner.js';
import type { AvailableCommands } from './commands/commands.js';
import { destinationsRoutes } from './destinations/destinations.route.js';
import { destinationCommand } from './destinations/pause.js';
import { errorPages, notFound } from './http/errors.js';
import { sameOriginOnly } from './http/same-origin.js';
import { neverCached, securityHeaders } from './http/security-headers.js';
import { askToSignIn } from './login/kept-form.js';
import { loginRoutes } from './login/login.route.js';
import type { SessionLifetime } from './login/session-lifetime.js';
import { signedInOnly } from './login/signed-in.js';
import { orderRoutes } from './orders/order.route.js';
import { overviewRoutes } from './overview/overview.route.js';
import { connectedWorkers, queuePause } from './queue/queue-status.js';
import { readBlocker } from './sagas/blocker.js';
import { jobRoutes } from './sagas/job.route.js';
import { listRoutes } from './sagas/list.route.js';
import { sagaRoutes } from './sagas/saga.route.js';

export interface OpsAppOptions {
  store: Store;
  bullmqQueue: BullmqQueue;
  log: Log;
  environment: string;
  /** Whether operators connect over HTTPS. */
  secure: boolean;
  /** Number of proxies in front whose X-Forwarded-For is trusted. */
  trustedProxies: number;
  sessionLifetime: SessionLifetime;
  commands: AvailableCommands;
  bulks: BulkRunner;
  /** Measures the duration of every HTTP request. */
  httpDurations?(app: Express): void;
}

/** Creates the operator pages and API. All of it requires a session or a key, except the login and its assets. */
export const createOpsApp = ({ store, bullmqQueue, log, environment, secure, trustedProxies, sessionLifetime, commands, bulks, httpDurations }: OpsAppOptions): Express => {
  const view = sagaViewRepository(store);
  const orders = orderViewRepository(store);
  const search = sagaSearch(store);
  const audit = auditRepository(store);
  const directory = directoryRepository(store);
  const destination = destinationCommand({ directory, audit });
  const operators = operatorRepository(store);
  const sessions = sessionRepository(store);
  const sessionPorts = { operators, sessions, secure, sessionLifetime };
  const { assets, router: files } = serveAssets();
  const chrome = { assets, environment };
  const paused = queuePause(bullmqQueue, audit);
  const blocker = readBlocker({ orders: orderRepository(store), orderView: orders, orderQueue: orderQueueRepository(store), view });
  const epochOf = async (sagaId: string) => (await view.saga(sagaId))?.epoch;

  const app = express();
  app.disable('x-powered-by');
  trustProxies(app, trustedProxies);
  httpDurations?.(app);
  app.use(securityHeaders({ secure }));
  app.use(boardPath, securityHeaders({ secure, inlineStyles: true }));
  app.use(files);
  app.use(neverCached);
  app.use('/v1/ops', authenticate({ ...sessionPorts, keys: operatorKeyRepository(store) }), apiRoutes({ view, orders, audit, search, commands, destination, paused, blocker, directory }));
  app.use(sameOriginOnly);
  app.use(loginRoutes({ operators, sessions, audit, log, chrome, secureCookies: secure, sessionLifetime }));
  app.use(signedInOnly(sessionPorts, askToSignIn(chrome)));
  app.use(overviewRoutes({ view, workers: connectedWorkers(bullmqQueue), paused, chrome }));
  app.use(listRoutes({ view, search, commands, paused, chrome }));
  app.use(jobRoutes({ view, bullmqQueue }));
  app.use(sagaRoutes({ view, orders, audit, commands, paused, blocker, directory, chrome, log }));
  app.use(orderRoutes({ orders, chrome }));
  app.use(destinationsRoutes({ destinations: destinationViewRepository(store), command: destination, chrome }));
  app.use(auditRoutes({ audit, chrome }));
  app.use(bulkRoutes({ bulks: bulkRepository(store), runner: bulks, audit, view, search, commands, chrome }));
  app.use(boardPath, boardRoutes({ bullmqQueue, environment, permissions: boardPermissions({ epochOf, commands, audit, log }), retries: commands.resume !== undefined }));
  app.use(notFound);
  app.use(errorPages(chrome, log));
  return app;
};
