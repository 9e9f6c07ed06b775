import type { CrossroadsLogV2 } from '@crossroads/contract';
import { subjectOf } from '@crossroads/order-reset';
import { entryId } from '@crossroads/store';
import type { Accepted } from './accept-once.js';

/** Returns the log entry of the acceptance. It is derived from the saga, so the intake stores only one document. */
export const acceptedLog = (saga: Accepted['saga']): CrossroadsLogV2 => {
  const { routing, metadata } = subjectOf(saga.request, {});
  return {
    _id: entryId(saga.saga_id, `${saga.saga_id}:accepted`).toHexString(),
    title: 'Reset accepted',
    date: saga.accepted_at.toISOString(),
    status: 'pending',
    severity: 'low',
    routing,
    detail: { category: 'crossroads', message: 'Accepted; it will be processed.', message_short: 'Accepted', traceback: null, error: null },
    metadata,
    worker_name: 'Crossroads',
    correlation_id: saga.correlation_id,
    retried: false,
    saga_id: saga.saga_id,
    saga_type: saga.type,
    send_notification: false,
    outbound_request: {},
    inbound_request: saga.inbound_request,
  };
};
