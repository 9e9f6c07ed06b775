/** The state of a saga and its order after an error code was recorded. docs/errors.md describes each state. */
export type Effect = 'untouched' | 'put-back' | 'retried' | 'waiting' | 'stopped' | 'canceled' | 'terminated';

export interface SagaCodeInfo {
  /** Two effects if the code can occur before the order was cleared and after it. */
  effect: Effect | readonly Effect[];
  when: string;
  /** The next step, for the reader of the saga's page. */
  next: string;
}

const metadata = (effect: SagaCodeInfo['effect'], when: string, next: string): SagaCodeInfo => ({ effect, when, next });

/** The destination instance is looked up before the order is cleared, and again before each attempt. */
const beforeClearOrAtAttempt = ['untouched', 'retried'] as const;

/** Every code that a log entry of a saga can have as `detail.error`, and that its page can show. docs/errors.md is generated from it. */
export const sagaCodes = {
  'request.order_not_found': metadata('untouched', 'No order of these two tenants matches.', 'The caller should check the order number and X-Dest-Tenant-Name.'),
  'request.order_ambiguous': metadata('untouched', 'Two orders of these tenants match the number. A number that the other tenant chose is ignored if one that the caller chose matches.', 'The caller should send order_id.'),
  'request.order_mismatch': metadata('untouched', 'order_id and order_number name different orders.', 'The caller should send one of them.'),
  'request.order_canceled': metadata('untouched', 'The order is canceled, so it cannot be executed again.', 'Nothing. If the order is needed, create a new one.'),
  'request.order_not_synced': metadata('untouched', 'The order has not reached its destination, so there is nothing to reset there.', 'Submit a new reset after the order has reached the destination.'),
  'request.canceled': metadata('canceled', 'The caller or an operator canceled the reset before any data was cleared.', 'Nothing. If that was a mistake, submit a new reset.'),

  'order.in_use': metadata('waiting', 'The saga is blocked by another saga of the same order.', 'Nothing, unless the other saga has stopped. The saga’s page links to the other saga.'),
  'order.busy': metadata('retried', 'Other writers kept changing the order while the saga tried to clear or restore the order.', 'Resume the saga after the other writers have finished.'),
  'order.not_representable': metadata('untouched', 'The order has values that could not be restored exactly.', 'Contact an engineer.'),
  'order.too_large': metadata(
    ['untouched', 'put-back'],
    'The order is too large: BOLs and drops above 15 MB, or a write that would make a document larger than 16 MB.',
    'An engineer must remove data that does not belong in the order. Then submit a new reset.',
  ),

  'order.malformed': metadata(
    'untouched',
    'Another system wrote the order in a form that could not be restored: without a list of BOLs or drops, or without a usable version.',
    'Correct the field of the order that the message names. Then submit a new reset.',
  ),
  'order.not_locked': metadata(
    'stopped',
    'The saga lost the lock of the order while the saga was running: the lock was removed, or another saga has it. No newer claim of the saga exists.',
    'Compare the order with the snapshot on the saga’s page. Then terminate the saga, and recover the order if it was cleared.',
  ),
  'order.gone': metadata('stopped', 'The order was deleted while the saga was running.', 'Terminate the saga. Its snapshot stays in the log.'),

  'destination.unknown_instance': metadata(
    beforeClearOrAtAttempt,
    'The destination tenant has no such instance.',
    'Add the instance. Then resume the saga, or submit a new reset if the saga has finished.',
  ),
  'destination.no_adapter': metadata(
    beforeClearOrAtAttempt,
    'No adapter exists for the `source_system` of the instance.',
    'Correct the source_system, or add an adapter. Then resume the saga, or submit a new reset.',
  ),
  'destination.no_secret': metadata(beforeClearOrAtAttempt, 'The instance has no `secret_ref`.', 'Set the secret_ref. Then resume the saga, or submit a new reset.'),
  'destination.address_blocked': metadata(
    beforeClearOrAtAttempt,
    'The `url` of the instance is invalid, or its host name resolves to an address that is not public.',
    'Find out why the url changed, and correct it. Then resume the saga, or submit a new reset.',
  ),
  'destination.number_not_integer': metadata('untouched', 'Supply & Dispatch does not accept the order’s number, because the number is not an integer.', 'Correct the order’s destination number. Then submit a new reset.'),
  'destination.rejected_request': metadata('put-back', 'The destination rejected the request. The message has its reason.', 'Resolve the reason with the destination. Then submit a new reset.'),
  'destination.rejected': metadata('put-back', 'A person at the destination rejected the reset.', 'Resolve the reason with the destination. Then submit a new reset.'),
  'destination.requested': metadata('waiting', 'People at the destination must accept the reset first.', 'Nothing. Without a decision within seven days the saga stops with `step.no_answer`.'),
  'destination.unavailable': metadata(
    'retried',
    'The connection was lost or refused, the host name is unknown, or the destination responded with 5xx, 408, 425 or an unknown status.',
    'Check with the destination whether its system is running. Then resume the saga: the retry has the same idempotency key.',
  ),
  'destination.timed_out': metadata(
    'retried',
    'No complete response before the timeout. The destination may have processed the reset; the retry uses the same idempotency key.',
    'Resume the saga once the destination responds normally.',
  ),
  'destination.interrupted': metadata('retried', 'The worker ended the attempt, for example because of a shutdown.', 'Resume the saga.'),
  'destination.rate_limited': metadata('retried', 'The destination responded with 429: too many requests.', 'Wait, then resume the saga. If it happens again, send fewer requests.'),
  'destination.credentials_rejected': metadata('retried', 'The destination responded with 401 or 403, or issued no token for our credentials.', 'Renew the secret of the destination. Then resume the saga.'),
  'destination.redirected': metadata('retried', 'The destination responded with 3xx. Redirects are not followed.', 'Set the url of the instance to the new address. Then resume the saga.'),
  'destination.tls_failed': metadata(
    'retried',
    'The destination has no TLS, or its certificate has expired, is self-signed or is for another host.',
    'The destination’s operator must fix its certificate. Then resume the saga.',
  ),
  'destination.invalid_response': metadata('retried', 'The response is not valid HTTP.', 'The destination’s operator must fix the server. Then resume the saga.'),
  'destination.unreadable_reply': metadata(
    'retried',
    'The destination responded with 202, and its body was too large, in an unknown encoding or not JSON. A person there may have to approve the reset.',
    'Ask the destination whether it has processed the reset. Its operator must correct the response. Then resume the saga, or terminate it.',
  ),
  'destination.conflict': metadata(
    'retried',
    'The destination responded with 409 to a repeated request, or with 409 and Retry-After. The first request may have been processed.',
    'Ask the destination whether it has processed the reset. Then resume the saga, or terminate it.',
  ),
  'destination.moved': metadata(
    'retried',
    'The host in the `url` of the instance changed after the request was prepared.',
    'Set the url back and resume the saga, or terminate the saga and recover the order.',
  ),
  'destination.secret_missing': metadata('retried', 'The `secret_ref` of the instance points to a secret that does not exist.', 'Create the secret. Then resume the saga.'),
  'destination.secret_unusable': metadata('retried', 'The secret has the wrong form.', 'Correct the secret. Then resume the saga.'),
  'destination.paused': metadata('waiting', 'An operator paused the destination, or the destination responded with 410.', 'Resume the destination when it is ready. /destinations shows why it was paused.'),
  'destination.busy': metadata('waiting', 'The worker has reached its limit of requests to this destination (`DESTINATION_IN_FLIGHT`).', 'Nothing.'),
  'destination.throttled': metadata('waiting', 'The destination responded with 429. No requests are sent until its Retry-After, five minutes at most.', 'Nothing. If it happens often, send fewer requests.'),
  'destination.circuit_open': metadata('waiting', 'The destination failed five times in a row, so its circuit is open. After the cool-down, one request tests the destination.', 'Nothing, unless the circuit stays open.'),

  'recover.order_moved_on': metadata(
    'untouched',
    'The order was changed after the reset.',
    'Compare the order with the snapshot. To restore the snapshot anyway, recover the reset again with force.',
  ),
  'recover.nothing_cleared': metadata('untouched', 'The reset cleared nothing, so there is nothing to restore.', 'Nothing.'),
  'recover.already_restored': metadata('untouched', 'The compensation of the reset has already restored the cleared data.', 'Nothing.'),

  'step.timed_out': metadata('retried', 'An attempt of the step exceeded its time limit.', 'Resume the saga. If it happens again, read the worker’s log.'),
  'step.no_answer': metadata('stopped', 'The destination neither accepted nor rejected the reset in time.', 'Contact the destination. Resume the saga to send the request again.'),
  'step.contradicted': metadata(
    'stopped',
    'The step succeeded, but an older claim had recorded a rejection. For a dispatch, the destination sent two different replies.',
    'Ask the destination what it did. Resume restores the order as after a rejection. Terminate leaves the order cleared.',
  ),
  'saga.bug': metadata(
    'retried',
    'A step failed with an unexpected error, probably a bug in this service. It was attempted three times.',
    'Find the stack trace in the worker’s log by the saga id. Resume the saga after the bug is fixed.',
  ),
  'saga.crashes_workers': metadata('stopped', 'More than twenty workers in a row crashed while they ran this saga.', 'Do not resume the saga. Contact an engineer.'),
  'saga.request_unreadable': metadata('stopped', 'The stored request of the saga does not match the schema of its steps.', 'Contact an engineer. Resume the saga with a version that can read the request.'),
  'saga.terminated': metadata('terminated', 'An operator terminated the saga without compensation.', 'If the saga had cleared the order, Recover restores it.'),
} satisfies Record<string, SagaCodeInfo>;

export type SagaCode = keyof typeof sagaCodes;
