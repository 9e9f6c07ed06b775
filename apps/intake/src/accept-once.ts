import { isDeepStrictEqual } from 'node:util';
import { resetRequest } from '@crossroads/order-reset';
import type { AcceptedSaga, IntakeRepository, NewSaga } from '@crossroads/store';
import { keyLastsMs } from '@crossroads/store';
import { httpError } from './http-error.js';
import type { NewReset } from './new-reset.js';
import { statusPath } from './new-reset.js';

export interface Accepted {
  saga: Pick<NewReset, 'saga_id' | 'correlation_id' | 'tenant_id' | 'type' | 'request' | 'inbound_request' | 'accepted_at'>;
  /** Whether an earlier request had created the saga. */
  replayed: boolean;
}

export const fromStored = (stored: AcceptedSaga): Accepted['saga'] => ({ ...stored, saga_id: stored._id, request: resetRequest.parse(stored.request) });

/** Between two attempts, an expired key can be freed and used by another request. More than two such races in a row do not happen by chance. */
const maxAttempts = 3;

/**
 * Stores the saga, or returns the earlier saga that the tenant submitted with the same idempotency key or correlation id.
 * One insert under unique indexes decides: of any number of concurrent equal requests, exactly one is accepted. Only the others need a look-up.
 * Throws HttpError if the key (422) or the correlation id (409) was used for another request.
 */
export const acceptOnce = async (sagas: IntakeRepository, saga: NewReset): Promise<Accepted> => {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (await sagas.accept(saga)) return { saga, replayed: false };
    const earlier = (await findByKey(sagas, saga)) ?? (await findByCorrelationId(sagas, saga));
    if (earlier) return { saga: fromStored(earlier), replayed: true };
  }
  throw httpError(409, 'A request with the same Idempotency-Key or X-Correlation-ID is being accepted at this moment. Send the request again.', { 'Retry-After': '1' });
};

const findByKey = async (sagas: IntakeRepository, saga: NewSaga): Promise<AcceptedSaga | undefined> => {
  const { idempotency_key: key } = saga;
  const earlier = key === undefined ? undefined : await sagas.byIdempotencyKey(saga.tenant_id, key);
  if (!earlier || key === undefined) return undefined;
  if (earlier.accepted_at.getTime() + keyLastsMs < saga.accepted_at.getTime()) {
    await sagas.forgetIdempotencyKey(earlier, key);
    return undefined;
  }
  if (!isSameRequest(earlier, saga)) throw httpError(422, 'This Idempotency-Key was used for another request. Send a new key, or the request that the key was used for.');
  return earlier;
};

const findByCorrelationId = async (sagas: IntakeRepository, saga: NewSaga): Promise<AcceptedSaga | undefined> => {
  const earlier = await sagas.byCorrelationId(saga.tenant_id, saga.correlation_id);
  if (!earlier) return undefined;
  const path = statusPath(earlier.correlation_id);
  if (!isSameRequest(earlier, saga)) throw httpError(409, `This X-Correlation-ID names another reset: see ${path}. Send another id.`, { 'Content-Location': path });
  return earlier;
};

/** Compares order and destination. White space, the order of keys and the credentials make no difference. */
const isSameRequest = (earlier: { request: object }, later: { request: object }): boolean => isDeepStrictEqual(subjectIn(earlier), subjectIn(later));

const subjectIn = ({ request }: { request: object }) => {
  const { order, dest_tenant_name } = request as { order: unknown; dest_tenant_name: unknown };
  return { order, dest_tenant_name };
};
