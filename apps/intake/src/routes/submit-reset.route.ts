import { MAX_BODY_BYTES, readResetRequest } from '@crossroads/contract';
import type { ResetReply } from '@crossroads/contract';
import type { Response } from 'express';
import type { Accepted } from '../accept-once.js';
import { acceptOnce } from '../accept-once.js';
import { acceptedLog } from '../accepted-log.js';
import { createEnqueue } from '../enqueue.js';
import { orThrow } from '../http-error.js';
import { readBytes } from '../http/body.js';
import { callerOf, rawRequest } from '../http/caller.js';
import type { Handler } from '../http/register-routes.js';
import { traceparentOf } from '../http/trace-request.js';
import { insertWithUnknownOutcome } from '../insert-with-unknown-outcome.js';
import { newReset, statusPath } from '../new-reset.js';
import { holdReply } from '../waiting/hold-reply.js';
import { requestedWait } from '../waiting/requested-wait.js';

/**
 * Accepts a reset: stores the saga, responds with `pending`, then enqueues the saga. A request with a 200 response is always stored.
 * With `Prefer: wait`, the saga is enqueued first, and the reply is held until there is an outcome.
 */
export const submitReset: Handler = ({ quota, sagas, resets, waiter, queue, log }, scope) => {
  const enqueue = createEnqueue(queue, log);

  const waitForOutcome = async ({ saga, replayed }: Accepted, tenantId: string, waitS: number, response: Response): Promise<ResetReply> => {
    enqueue({ ...saga, epoch: 0 });
    // No worker can have ended a new saga yet: the command that enqueues it is still being sent.
    await holdReply(waiter, response, { sagaId: saga.saga_id, tenantId, waitS, isNew: !replayed });
    const { status, message, log } = (await resets.get(tenantId, saga.correlation_id)).progress;
    return { status, message, log };
  };

  return async (request, response) => {
    const bytes = await readBytes(request, MAX_BODY_BYTES);
    const submitted = orThrow(readResetRequest(rawRequest(request, response, bytes)));
    const waitS = requestedWait(request);
    const caller = callerOf(response, scope, submitted.headers);
    quota.admit(caller.tenant_id);
    const reset = newReset(submitted, caller, traceparentOf(response));
    const accepted = await insertWithUnknownOutcome(response, reset, () => acceptOnce(sagas, reset));
    const { saga, replayed } = accepted;
    if (!replayed) quota.recordAccepted(caller.tenant_id, saga.saga_id);

    const reply: ResetReply =
      waitS === undefined ? { status: 'pending', message: acceptedText, log: acceptedLog(saga) } : await waitForOutcome(accepted, caller.tenant_id, waitS, response);
    if (!response.headersSent) {
      const path = statusPath(saga.correlation_id);
      response.setHeader('X-Correlation-ID', saga.correlation_id).setHeader('Content-Location', path).setHeader('Link', linksTo(path)).setHeader('Retry-After', '1');
      if (replayed) response.setHeader('Idempotent-Replayed', 'true');
      if (waitS !== undefined) response.setHeader('Preference-Applied', `wait=${waitS}`);
      sendJson(response, reply);
    }
    if (waitS === undefined) enqueue({ ...saga, epoch: 0 });
  };
};

const acceptedText = 'The request has been accepted and is being processed asynchronously.';

const linksTo = (path: string): string => `<${path}>; rel="status", </openapi.json>; rel="service-desc", </docs>; rel="service-doc"`;

/** Sends the reply like `response.json`, but in one write with its headers. Express makes a buffer of the text, and two writes. */
const sendJson = (response: Response, body: object): void => {
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8').setHeader('Content-Length', Buffer.byteLength(text)).end(text);
};
