import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BeforeHook } from '@bull-board/api/dist/types.js';
import { ExpressAdapter } from '@bull-board/express';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import type { OperatorRole } from '@crossroads/store';
import { signedIn } from '../login/signed-in.js';
import { sagaIdOfJob } from '../sagas/saga-id.js';
import { boardPath, identityHeaders } from './permissions.js';

export interface BoardOptions {
  bullmqQueue: BullmqQueue;
  environment: string;
  permissions: BeforeHook;
  /** Whether Retry is offered: it needs the resume command. */
  retries: boolean;
}

/** Serves Bull Board, without buttons for viewers. Hiding buttons is no protection: the hooks check every change on both boards. */
export const boardRoutes = (options: BoardOptions): Router => {
  const boards: Record<OperatorRole, RequestHandler> = { viewer: createBoard(options, true), operator: createBoard(options, false) };
  const router = express.Router();
  router.use(setIdentity);
  router.use((request, response, next) => boards[signedIn(response).role](request, response, next));
  return router;
};

const setIdentity: RequestHandler = (request, response, next) => {
  const { username, role, credential } = signedIn(response);
  request.headers[identityHeaders.username] = username;
  request.headers[identityHeaders.role] = role;
  request.headers[identityHeaders.credential] = credential;
  request.headers[identityHeaders.from] = request.ip ?? '';
  next();
};

const createBoard = ({ bullmqQueue, environment, permissions, retries }: BoardOptions, readOnlyMode: boolean): RequestHandler => {
  const serverAdapter = new ExpressAdapter().setBasePath(boardPath);
  createBullBoard({
    queues: [sagaQueue(bullmqQueue, readOnlyMode, retries)],
    serverAdapter,
    options: {
      handlerHooks: { before: permissions },
      uiConfig: {
        boardTitle: 'Crossroads queues',
        environment: { label: environment, color: '#1d5fb8', textColor: '#ffffff' },
        miscLinks: [
          { text: 'Overview', url: '/' },
          { text: 'Resets', url: '/sagas' },
        ],
        hideRedisDetails: true,
        hideDocsLink: true,
        pollingInterval: { forceInterval: 5 },
      },
    },
  });
  // Bull Board creates its own Express app, which sends the header by default.
  return (serverAdapter.getRouter() as Express).disable('x-powered-by');
};

const sagaQueue = (bullmqQueue: BullmqQueue, readOnlyMode: boolean, allowRetries: boolean): BullMQAdapter => {
  const adapter = new BullMQAdapter(bullmqQueue as never, {
    readOnlyMode,
    allowRetries,
    description: 'Each job wakes one reset. The page of the reset shows its state.',
    externalJobUrl: ({ id }) => ({ displayText: 'Reset', href: hrefOf(String(id)) }),
  });
  adapter.setFormatter('data', idsOnly);
  adapter.setFormatter('returnValue', (value: unknown) => pick(value, ['outcome', 'status']));
  adapter.setFormatter('progress', () => 0);
  return adapter;
};

const hrefOf = (jobId: string): string => {
  const sagaId = sagaIdOfJob(jobId);
  return sagaId === undefined ? '/sagas' : `/sagas/${encodeURIComponent(sagaId)}`;
};

/** Shows ids only, in case a later job contains other data. */
const idsOnly = (data: unknown): object => pick(data, ['saga_id', 'correlation_id', 'tenant_id']);

const pick = (value: unknown, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries((value ?? {}) as object).map(([key, item]) => [key, keys.includes(key) ? item : '***']));
