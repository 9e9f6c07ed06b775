import { MAX_BODY_BYTES, readCallerHeaders, readModel, readOrderCall, readRequest, resetDecision } from '@crossroads/contract';
import type { ResetReply } from '@crossroads/contract';
import { resetRequest } from '@crossroads/order-reset';
import type { Request, Response } from 'express';
import type { Answer } from '../decisions/answer.js';
import { orThrow } from '../http-error.js';
import { readBytes } from '../http/body.js';
import { callerOf, rawRequest } from '../http/caller.js';
import type { Handler } from '../http/register-routes.js';
import type { IntakePorts } from '../ports.js';
import type { Reset } from '../resets.js';
import { unknownReset } from '../resets.js';

/** Cancels a reset, for the tenant that submitted it. */
export const cancelReset: Handler =
  ({ resets, decisions }, scope) =>
  async (request, response) => {
    const { headers, body } = orThrow(readRequest(await readDecisionRequest(request, response), readCallerHeaders, readDecision));
    const caller = callerOf(response, scope, headers);
    const reset = await resets.get(caller.tenant_id, String(request.params['correlationId']));
    nameReset(response, reset);
    respondWith(response, await decisions.cancel(reset, { by: caller.tenant_name, reasonCode: body.reason_code ?? null }));
  };

/** Accepts or rejects a reset, for its destination. X-Dest-Tenant-Name names the tenant that submitted the reset. */
const answerReset =
  (answer: Answer): Handler =>
  (ports, scope) =>
  async (request, response) => {
    const { headers, body } = orThrow(readOrderCall(await readDecisionRequest(request, response), readDecision));
    const caller = callerOf(response, scope, headers);
    const reset = await findReceivedReset(ports, caller.tenant_name, headers.destTenantName, String(request.params['correlationId']));
    nameReset(response, reset);
    respondWith(response, await ports.decisions.answer(reset, answer, { by: caller.tenant_name, reasonCode: body.reason_code ?? null }));
  };

export const acceptReset = answerReset('accept');
export const rejectReset = answerReset('reject');

/** Returns a reset that was sent to the destination. Needs the sender, because a correlation id is unique only within the tenant that submitted the reset. */
const findReceivedReset = async ({ resets, directory }: IntakePorts, destinationName: string, senderName: string, correlationId: string): Promise<Reset> => {
  const sender = await directory.tenantNamed(senderName);
  if (!sender) throw unknownReset();
  const reset = await resets.get(sender.tenant_id, correlationId);
  if (resetRequest.parse(reset.saga.request).dest_tenant_name !== destinationName) throw unknownReset();
  return reset;
};

const readDecision = (body: unknown) => readModel(resetDecision, body, 'body');

/** Reads the request. The body is optional: an omitted body, which has no Content-Type either, is an empty decision. */
const readDecisionRequest = async (request: Request, response: Response) => {
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  const raw = rawRequest(request, response, bytes.length === 0 ? Buffer.from('{}') : bytes);
  return raw.bytes.toString('latin1') === '{}' ? { ...raw, contentType: 'application/json' } : raw;
};

/** Sets the correlation id of the reset on the response, and so on later error replies too. */
const nameReset = (response: Response, { saga }: Reset): void => void response.set('X-Correlation-ID', saga.correlation_id);

const respondWith = (response: Response, { progress }: Reset): void => {
  const { status, message, log } = progress;
  response.json({ status, message, log } satisfies ResetReply);
};
