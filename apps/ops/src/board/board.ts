import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BeforeHook } from '@bull-board/api/dist/types.js';
import { ExpressAdapter } from '@bull-board/express';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import type { OperatorRole } from '@crossroads/store';
import { signedIn } from '../login/signed-in.js';
import { sagaIdOfJob } from './job-id.js';
import { identityHeaders } from './permissions.js';

export const boardPath = '/queues';

export interface BoardOptions {
  bullmqQueue: BullmqQueue;
  environment: string;
  permissions: BeforeHook;
  /** Whether Retry does anything; else it is not shown. */
  retries: boolean;
}

/** Bull Board, twice: viewers get one without buttons. That is politeness; the hooks are the lock, and guard both. */
export const boardRoutes = (options: BoardOptions): Router => {
  const boards: Record<OperatorRole, RequestHandler> = { viewer: board(options, true), operator: board(options, false) };
  const router = express.Router();
  router.use(setIdentity);
  router.use((request, response, next) => boards[signedIn(response).role](request, response, next));
  return router;
};

const setIdentity: RequestHandler = (request, response, next) => {
  const { username, role } = signedIn(response);
  request.headers[identityHeaders.username] = username;
  request.headers[identityHeaders.role] = role;
  request.headers[identityHeaders.from] = request.ip ?? '';
  next();
};

const board = ({ bullmqQueue, environment, permissions, retries }: BoardOptions, readOnlyMode: boolean): RequestHandler => {
  const serverAdapter = new ExpressAdapter().setBasePath(boardPath);
  createBullBoard({
    queues: [sagas(bullmqQueue, readOnlyMode, retries)],
    serverAdapter,
    options: {
      handlerHooks: { before: permissions },
      uiConfig: {
        boardTitle: 'Crossroads queues',
        environment: { label: environment, color: '#1d5fb8', textColor: '#ffffff' },
        miscLinks: [
          { text: 'Overview', url: '/' },
          { text: 'Sagas', url: '/sagas' },
        ],
        hideRedisDetails: true,
        hideDocsLink: true,
        pollingInterval: { forceInterval: 5 },
      },
    },
  });
  // An Express of its own, with a header of its own.
  return (serverAdapter.getRouter() as Express).disable('x-powered-by');
};

const sagas = (bullmqQueue: BullmqQueue, readOnlyMode: boolean, allowRetries: boolean): BullMQAdapter => {
  const adapter = new BullMQAdapter(bullmqQueue as never, {
    readOnlyMode,
    allowRetries,
    description: 'Each job rings the bell of one saga. What became of the saga is on its own page.',
    externalJobUrl: ({ id }) => ({ displayText: 'Saga', href: hrefOf(String(id)) }),
  });
  adapter.setFormatter('data', idsOnly);
  adapter.setFormatter('returnValue', (value: unknown) => only(value, ['outcome', 'status']));
  adapter.setFormatter('progress', () => 0);
  return adapter;
};

const hrefOf = (jobId: string): string => {
  const sagaId = sagaIdOfJob(jobId);
  return sagaId === undefined ? '/sagas' : `/sagas/${encodeURIComponent(sagaId)}`;
};

/** A job holds ids only, today. Should that change, the board must not be where everybody reads it. */
const idsOnly = (data: unknown): object => only(data, ['saga_id', 'correlation_id', 'tenant_id']);

const only = (value: unknown, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries((value ?? {}) as object).map(([key, item]) => [key, keys.includes(key) ? item : '***']));
