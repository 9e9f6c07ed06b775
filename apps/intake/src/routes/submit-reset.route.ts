import { MAX_BODY_BYTES, readResetRequest } from '@crossroads/contract';
import type { ResetReply } from '@crossroads/contract';
import { callerFor } from '@crossroads/platform';
import type { Request, Response } from 'express';
import { Router } from 'express';
import type { Accepted } from '../accept-once.js';
import { acceptOnce } from '../accept-once.js';
import { acceptedLog } from '../accepted-log.js';
import { credentialsOf } from '../http/rate-limiter.js';
import { readBytes } from '../http/body.js';
import { extendDeadline } from '../http/deadline.js';
import { sendJson } from '../http/send-json.js';
import { rawRequest } from '../http/resolve-caller.js';
import { traceparentOf } from '../http/submit-span.js';
import { newReset } from '../new-reset.js';
import type { IntakePorts } from '../ports.js';
import { valueOf } from '../http-error.js';
import { statusUrl } from '../status-url.js';
import { insertWithUnknownOutcome } from '../insert-with-unknown-outcome.js';
import { abortOnClose } from '../waiting/abort-on-close.js';
import { requestedWait } from '../waiting/requested-wait.js';

/**
 * `POST /v1/order/reset`: store the saga, answer `pending`, ring the bell. In this order, so that nothing answered can be lost.
 * Only who asks for it with `Prefer: wait` has the bell rung first, and the reply held.
 */
export const submitReset = ({ rateLimiter, quota, sagas, resets, waiter, queue, log }: IntakePorts): Router => {
  const enqueue = ({ saga_id, correlation_id, tenant_id, type }: Accepted['saga']): void => {
    queue
      .enqueue({ sagaId: saga_id, correlationId: correlation_id, type, tenantId: tenant_id, epoch: 0 })
      .catch((error: unknown) => log.warn('the bell may not have rung; a sweep will', { saga_id, error }));
  };

  const outcomeWithin = async (saga: Accepted['saga'], tenantId: string, waitS: number, response: Response): Promise<ResetReply> => {
    extendDeadline(response, waitS * 1_000);
    const ended = await waiter.until({ sagaId: saga.saga_id, holder: tenantId, met: ({ rests }) => rests, atMost: waitS * 1_000, signal: abortOnClose(response) });
    if (ended === 'closing') response.set('Connection', 'close');
    const { status, message, log } = (await resets.get(tenantId, saga.correlation_id)).progress;
    return { status, message, log };
  };

  return Router().post('/', ...rateLimiter.submit, async (request: Request, response) => {
    const bytes = await readBytes(request, MAX_BODY_BYTES);
    const asked = valueOf(readResetRequest(rawRequest(request, response, bytes)));
    const waitS = requestedWait(request);
    const caller = callerFor(credentialsOf(response), 'order:reset', asked.headers);
    quota.admit(caller.tenant_id);
    const wanted = newReset(asked, caller, traceparentOf(response));
    const { saga, replayed } = await insertWithUnknownOutcome(response, wanted, () => acceptOnce(sagas, wanted));
    if (!replayed) quota.took(caller.tenant_id, saga.saga_id);

    if (waitS !== undefined) enqueue(saga);
    const reply: ResetReply =
      waitS === undefined
        ? { status: 'pending', message: accepted, log: acceptedLog(saga) }
        : await outcomeWithin(saga, caller.tenant_id, waitS, response);
    if (!response.headersSent) {
      const url = statusUrl(saga.correlation_id);
      response.setHeader('X-Correlation-ID', saga.correlation_id).setHeader('Content-Location', url).setHeader('Link', links(url)).setHeader('Retry-After', '1');
      if (replayed) response.setHeader('Idempotent-Replayed', 'true');
      if (waitS !== undefined) response.setHeader('Preference-Applied', `wait=${waitS}`);
      sendJson(response, reply);
    }
    if (waitS === undefined) enqueue(saga);
  });
};

const accepted = 'The request has been accepted and is being processed asynchronously.';

const links = (url: string): string => `<${url}>; rel="status", </openapi.json>; rel="service-desc", </docs>; rel="service-doc"`;
