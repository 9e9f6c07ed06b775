import { readModel, readOrderCall as readOrderCallParts } from '@crossroads/contract';
import type { IntegrationStatus, OrderRequest, ResetReply } from '@crossroads/contract';
import type { Caller, Scope } from '@crossroads/platform';
import type { OrderRecord } from '@crossroads/store';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { httpError, orThrow } from '../http-error.js';
import { readBytes } from '../http/body.js';
import { callerOf, rawRequest } from '../http/caller.js';
import type { Handler } from '../http/register-routes.js';
import type { IntakePorts } from '../ports.js';
import { findNamedOrder } from './named-order.js';
import type { OrderChange } from './order-log.js';
import { orderLog } from './order-log.js';
import { saveWithUnknownOutcome } from './save-with-unknown-outcome.js';

/** Maximum size of the body of an order call, in bytes: enough for a bill of lading with a few hundred lines. */
const maxOrderBytes = 262_144;

/** Reads an order call: its caller, the other tenant and the body. Throws HttpError or NotAllowed. */
export const readOrderCall = async <B>(
  request: Request,
  response: Response,
  scope: Scope,
  schema: z.ZodType<B>,
): Promise<{ caller: Caller; otherName: string; body: B }> => {
  const raw = { ...rawRequest(request, response, await readBytes(request, maxOrderBytes)), maxBytes: maxOrderBytes };
  const { headers, body } = orThrow(readOrderCallParts(raw, (parsed) => readModel(schema, parsed, 'body')));
  return { caller: callerOf(response, scope, headers), otherName: headers.destTenantName, body };
};

/**
 * Returns the handler of a call that changes an order. Either tenant of the order may call it. The change is complete when the reply is sent.
 * `change` makes one update of the order, or throws HttpError.
 */
export const changeOrder =
  <B extends { order: OrderRequest }>(schema: z.ZodType<B>, change: (ports: Pick<IntakePorts, 'orders'>, order: OrderRecord, body: B) => Promise<OrderChange>): Handler =>
  (ports, scope) =>
  async (request, response) => {
    const { caller, otherName, body } = await readOrderCall(request, response, scope, schema);
    const order = await findNamedOrder(ports.orders, body.order, { tenantId: caller.tenant_id, otherName });
    if (order.status === 'canceled') throw httpError(422, 'The order is canceled, so it cannot be changed.');
    respondWithChange(response, order, caller, await saveWithUnknownOutcome(response, () => change(ports, order, body)));
  };

/** Responds with the log entry of a change. */
export const respondWithChange = (response: Response, order: OrderRecord, caller: Caller, change: OrderChange): void => {
  const status: IntegrationStatus = 'synced';
  const log = orderLog(order, caller, change, response.get('X-Correlation-ID'));
  response.set('X-Correlation-ID', log.correlation_id).json({ status, message: change.message, log } satisfies ResetReply);
};
