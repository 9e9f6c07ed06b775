import { resetQuery } from '@crossroads/contract';
import { describeApi } from './docs/openapi.js';
import { operations } from './docs/operations.js';
import type { Route } from './http/register-routes.js';
import { resetPath } from './new-reset.js';
import { saveBol, saveDrop, updateStatus } from './routes/change-order.route.js';
import { createOrder } from './routes/create-order.route.js';
import { acceptReset, cancelReset, rejectReset } from './routes/decide-reset.route.js';
import { docsPage, openApiFile } from './routes/documents.route.js';
import { getOrder } from './routes/get-order.route.js';
import { listResets } from './routes/list-resets.route.js';
import { livez, readyz } from './routes/probes.route.js';
import { showReset } from './routes/show-reset.route.js';
import { streamReset } from './routes/stream-reset.route.js';
import { submitReset } from './routes/submit-reset.route.js';
import { issueToken } from './routes/token.route.js';
import { logsQuery } from './requested-logs.js';
import { waitQuery } from './waiting/requested-wait.js';

const reset = `${resetPath}/:correlationId`;

/** Returns the API as an OpenAPI document. The result is always the same. */
export const openApiDocument = () => describeApi(routes);

/** Every route of the intake, with its query. The router, the OpenAPI document, the 405 replies and their `Allow` headers are built from this table. */
export const routes: readonly Route[] = [
  { method: 'post', path: resetPath, query: waitQuery, scope: 'order:reset', limit: 'submit', traced: true, handler: submitReset, docs: operations.submitReset },
  { method: 'get', path: resetPath, query: resetQuery, scope: 'order:reset', limit: 'poll', handler: listResets, docs: operations.listResets },
  { method: 'get', path: reset, query: waitQuery.extend(logsQuery.shape), scope: 'order:reset', limit: 'poll', handler: showReset, docs: operations.showReset },
  { method: 'get', path: `${reset}/events`, scope: 'order:reset', limit: 'poll', handler: streamReset, docs: operations.streamReset },
  { method: 'post', path: `${reset}/cancel`, scope: 'order:reset', limit: 'submit', handler: cancelReset, docs: operations.cancelReset },
  { method: 'post', path: `${reset}/accept`, scope: 'order_request:accept', limit: 'submit', handler: acceptReset, docs: operations.acceptReset },
  { method: 'post', path: `${reset}/reject`, scope: 'order_request:accept', limit: 'submit', handler: rejectReset, docs: operations.rejectReset },
  { method: 'post', path: '/v1/order/get', scope: 'order:get', limit: 'poll', handler: getOrder, docs: operations.getOrder },
  { method: 'post', path: '/v1/order/create', scope: 'order:create', limit: 'submit', handler: createOrder, docs: operations.createOrder },
  { method: 'post', path: '/v1/order/save_bol', scope: 'order:save_bol', limit: 'submit', handler: saveBol, docs: operations.saveBol },
  { method: 'post', path: '/v1/order/save_drop', scope: 'order:save_drop', limit: 'submit', handler: saveDrop, docs: operations.saveDrop },
  { method: 'post', path: '/v1/order/update_status', scope: 'order:update_status', limit: 'submit', handler: updateStatus, docs: operations.updateStatus },
  { method: 'post', path: '/auth/token', handler: issueToken, docs: operations.issueToken },
  { method: 'get', path: '/livez', handler: livez },
  { method: 'get', path: '/readyz', handler: readyz },
  { method: 'get', path: '/openapi.json', handler: openApiFile(openApiDocument) },
  { method: 'get', path: '/docs', handler: docsPage(openApiDocument) },
];
