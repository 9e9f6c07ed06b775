import { readModel, readOrderCall } from '@crossroads/contract';
import type { IntegrationStatus, OrderRequest, ResetReply } from '@crossroads/contract';
import type { Caller, Scope } from '@crossroads/platform';
import { callerFor } from '@crossroads/platform';
import type { OrderRecord } from '@crossroads/store';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { credentialsOf } from '../http/rate-limiter.js';
import { readBytes } from '../http/body.js';
import { rawRequest } from '../http/resolve-caller.js';
import type { IntakePorts } from '../ports.js';
import { httpError, valueOf } from '../http-error.js';
import { namedOrder } from './named-order.js';
import type { Done } from './order-log.js';
import { orderLog } from './order-log.js';
import { saveWithUnknownOutcome } from './save-with-unknown-outcome.js';

/** Largest body of a call about an order, in bytes: a few hundred lines of a bill. */
const maxOrderBytes = 262_144;

/** Reads a call about an order: who calls, whom it concerns, and what it says. Throws Refused or NotAllowed. */
export const readCall = async <B>(
  request: Request,
  response: Response,
  scope: Scope,
  body: z.ZodType<B>,
): Promise<{ caller: Caller; otherName: string; body: B }> => {
  const raw = { ...rawRequest(request, response, await readBytes(request, maxOrderBytes)), maxBytes: maxOrderBytes };
  const read = valueOf(readOrderCall(raw, (given) => readModel(body, given, 'body')));
  return { caller: callerFor(credentialsOf(response), scope, read.headers), otherName: read.headers.destTenantName, body: read.body };
};

export interface OrderChange<B> {
  scope: Scope;
  body: z.ZodType<B>;
  /** Changes the order in one update, or throws Refused; answers what was done. */
  change(order: OrderRecord, body: B): Promise<Done>;
}

/** A call by either end of an order that changes it and is over when it is answered. */
export const changesOrder =
  <B extends { order: OrderRequest }>({ orders }: Pick<IntakePorts, 'orders'>, { scope, body, change }: OrderChange<B>) =>
  async (request: Request, response: Response): Promise<void> => {
    const call = await readCall(request, response, scope, body);
    const order = await namedOrder(orders, call.body.order, { tenantId: call.caller.tenant_id, otherName: call.otherName });
    if (order.status === 'canceled') throw httpError(422, 'The order is canceled.');
    const done = await saveWithUnknownOutcome(response, () => change(order, call.body));
    answerDone(response, order, call.caller, done);
  };

export const answerDone = (response: Response, order: OrderRecord, caller: Caller, done: Done): void => {
  const status: IntegrationStatus = 'synced';
  const log = orderLog(order, caller, done, response.get('X-Correlation-ID'));
  response.set('X-Correlation-ID', log.correlation_id).json({ status, message: done.message, log } satisfies ResetReply);
};
