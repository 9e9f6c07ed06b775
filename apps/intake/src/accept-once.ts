import { isDeepStrictEqual } from 'node:util';
import { resetRequest } from '@crossroads/order-reset';
import type { AcceptedSaga, IntakeRepository, NewSaga } from '@crossroads/store';
import { keyLastsMs } from '@crossroads/store';
import type { NewReset } from './new-reset.js';
import { httpError } from './http-error.js';
import { statusUrl } from './status-url.js';

export interface Accepted {
  saga: Pick<NewReset, 'saga_id' | 'correlation_id' | 'tenant_id' | 'type' | 'request' | 'inbound_request' | 'accepted_at'>;
  /** Whether it had been accepted before. */
  replayed: boolean;
}

export const acceptedBefore = (stored: AcceptedSaga): Accepted['saga'] => ({ ...stored, saga_id: stored._id, request: resetRequest.parse(stored.request) });

/** An expired key can be freed and taken by somebody else in between; more often than this it cannot happen by chance. */
const tries = 3;

/**
 * Accepts the saga unless the tenant has named it before, by its idempotency key or its correlation id: then the first one stands.
 * One insert under unique indexes decides, so of any number of equal requests at once exactly one is accepted; the look-up is only for the others.
 * Throws Refused: 422 for a key, 409 for a correlation id that was used for another request.
 */
export const acceptOnce = async (sagas: IntakeRepository, saga: NewReset): Promise<Accepted> => {
  for (let tried = 0; tried < tries; tried++) {
    if (await sagas.accept(saga)) return { saga, replayed: false };
    const earlier = (await namedByKey(sagas, saga)) ?? (await namedById(sagas, saga));
    if (earlier) return { saga: acceptedBefore(earlier), replayed: true };
  }
  throw httpError(409, 'The same request is being accepted at this moment. Send it again.', { 'Retry-After': '1' });
};

const namedByKey = async (sagas: IntakeRepository, saga: NewSaga): Promise<AcceptedSaga | undefined> => {
  const { idempotency_key: key } = saga;
  const earlier = key === undefined ? undefined : await sagas.byIdempotencyKey(saga.tenant_id, key);
  if (!earlier || key === undefined) return undefined;
  if (earlier.accepted_at.getTime() + keyLastsMs < saga.accepted_at.getTime()) {
    await sagas.forgetIdempotencyKey(earlier, key);
    return undefined;
  }
  if (!sameRequest(earlier, saga)) throw httpError(422, 'This Idempotency-Key was used for another request. Send a new one, or the request it was used for.');
  return earlier;
};

const namedById = async (sagas: IntakeRepository, saga: NewSaga): Promise<AcceptedSaga | undefined> => {
  const earlier = await sagas.byCorrelationId(saga.tenant_id, saga.correlation_id);
  if (!earlier) return undefined;
  const url = statusUrl(earlier.correlation_id);
  if (!sameRequest(earlier, saga)) throw httpError(409, `This X-Correlation-ID names another reset. See ${url}, or send another id.`, { 'Content-Location': url });
  return earlier;
};

/** What the caller asked for, and not how: white space, order of keys and the credentials used make no other request. */
const sameRequest = (earlier: { request: object }, later: { request: object }): boolean => isDeepStrictEqual(asked(earlier), asked(later));

const asked = ({ request }: { request: object }) => {
  const { order, dest_tenant_name } = request as { order: unknown; dest_tenant_name: unknown };
  return { order, dest_tenant_name };
};
