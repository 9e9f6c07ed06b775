import type { ResetRequest as SubmittedReset } from '@crossroads/contract';
import type { Caller } from '@crossroads/platform';
import { concurrencyKeysOfRequest, resetOrderVersion } from '@crossroads/order-reset';
import type { ResetRequest } from '@crossroads/order-reset';
import type { NewSaga } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';

/** Path of the resets of a caller. */
export const resetPath = '/v1/order/reset';

/** Returns the path of the status of one reset. */
export const statusPath = (correlationId: string): string => `${resetPath}/${correlationId}`;

/** The saga of a new reset, with its request in the schema of the steps. */
export interface NewReset extends NewSaga {
  request: ResetRequest;
}

/** Returns the saga of a submitted reset. */
export const newReset = ({ headers, order }: SubmittedReset, { credentials: _credentials, ...caller }: Caller, traceparent?: string): NewReset => {
  const request: ResetRequest = { order, caller, dest_tenant_name: headers.destTenantName };
  return {
    saga_id: uuidv7(),
    correlation_id: headers.correlationId ?? uuidv7(),
    type: 'reset_order',
    version: resetOrderVersion,
    tenant_id: caller.tenant_id,
    concurrency_keys: concurrencyKeysOfRequest(request),
    request,
    inbound_request: {
      method: 'POST',
      path: resetPath,
      headers: { 'X-Tenant-Name': caller.tenant_name, 'X-Dest-Tenant-Name': headers.destTenantName },
      body: { order },
    },
    accepted_at: new Date(),
    ...(traceparent !== undefined && { traceparent }),
    ...(headers.idempotencyKey !== undefined && { idempotency_key: headers.idempotencyKey }),
  };
};
