import { MAX_BODY_BYTES, readCallerHeaders, readModel, readOrderCall, readRequest, resetDecision } from '@crossroads/contract';
import type { ResetReply } from '@crossroads/contract';
import { callerFor } from '@crossroads/platform';
import { resetRequest } from '@crossroads/order-reset';
import type { Request, Response } from 'express';
import { Router } from 'express';
import type { Answer } from '../decisions/answer.js';
import { credentialsOf } from '../http/rate-limiter.js';
import { readBytes } from '../http/body.js';
import { rawRequest } from '../http/resolve-caller.js';
import type { IntakePorts } from '../ports.js';
import { valueOf } from '../http-error.js';
import type { Reset } from '../resets.js';
import { unknownReset } from '../resets.js';

const readDecision = (body: unknown) => readModel(resetDecision, body, 'body');

/**
 * `POST /v1/order/reset/{correlation_id}/cancel` by who asked for it; `…/accept` and `…/reject` by the destination,
 * which names the sender in X-Dest-Tenant-Name as the other end. The body may be left out.
 */
export const decideReset = ({ rateLimiter, resets, decisions, directory }: IntakePorts): Router => {
  /** A correlation id is unique to the tenant that asked, so the destination has to say whose it means. */
  const askedOf = async (destinationName: string, senderName: string, correlationId: string): Promise<Reset> => {
    const sender = await directory.tenantNamed(senderName);
    if (!sender) throw unknownReset();
    const reset = await resets.get(sender.tenant_id, correlationId);
    if (resetRequest.parse(reset.saga.request).dest_tenant_name !== destinationName) throw unknownReset();
    return reset;
  };

  const result = (answer: Answer) => async (request: Request, response: Response) => {
    const raw = rawRequest(request, response, await readBody(request));
    const { headers, body } = valueOf(readOrderCall(withType(raw), readDecision));
    const caller = callerFor(credentialsOf(response), 'order_request:accept', headers);
    const reset = await askedOf(caller.tenant_name, headers.destTenantName, String(request.params['correlationId']));
    about(response, reset);
    reply(response, await decisions.answer(reset, answer, { by: caller.tenant_name, reasonCode: body.reason_code ?? null }));
  };

  return Router()
    .post('/:correlationId/cancel', ...rateLimiter.submit, async (request: Request, response) => {
      const raw = rawRequest(request, response, await readBody(request));
      const { headers, body } = valueOf(readRequest(withType(raw), readCallerHeaders, readDecision));
      const caller = callerFor(credentialsOf(response), 'order:reset', headers);
      const reset = await resets.get(caller.tenant_id, String(request.params['correlationId']));
      about(response, reset);
      reply(response, await decisions.cancel(reset, { by: caller.tenant_name, reasonCode: body.reason_code ?? null }));
    })
    .post('/:correlationId/accept', ...rateLimiter.submit, result('accept'))
    .post('/:correlationId/reject', ...rateLimiter.submit, result('reject'));
};

/** Nothing is an empty decision. */
const readBody = async (request: Request): Promise<Buffer> => {
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  return bytes.length === 0 ? Buffer.from('{}') : bytes;
};

/** Who sends no body sends no type for it either. */
const withType = <R extends { contentType: string | undefined; bytes: Buffer }>(raw: R): R =>
  raw.bytes.toString('latin1') === '{}' ? { ...raw, contentType: 'application/json' } : raw;

/** Whatever is answered from here on is about this reset, a refusal included. */
const about = (response: Response, { saga }: Reset): void => void response.set('X-Correlation-ID', saga.correlation_id);

const reply = (response: Response, { progress }: Reset): void => {
  const { status, message, log } = progress;
  response.json({ status, message, log } satisfies ResetReply);
};
