/** Where a saga and its order stand once a code has been given; docs/errors.md says it in full. */
export type Effect = 'untouched' | 'put-back' | 'retried' | 'waiting' | 'stopped' | 'canceled' | 'terminated';

export interface SagaCodeInfo {
  /** Two where the same code can come before the order was cleared and after it. */
  effect: Effect | readonly Effect[];
  when: string;
  /** What to do, for whoever reads it on the saga's page. */
  next: string;
}

const metadata = (effect: SagaCodeInfo['effect'], when: string, next: string): SagaCodeInfo => ({ effect, when, next });

/** A row may stand in two states: the installation was looked up before the clear, and again before each attempt. */
const atTheDoorOrLater = ['untouched', 'retried'] as const;

/** Every code a saga's log entry can carry as `detail.error`, and its page can show. docs/errors.md is printed from it. */
export const sagaCodes = {
  'request.order_not_found': metadata('untouched', 'Between the two companies there is no such order.', 'The caller should check the number and the direction.'),
  'request.order_ambiguous': metadata('untouched', 'Two orders answer to the number: one the caller created, one that was sent to it.', 'The caller should name the order by its id.'),
  'request.order_mismatch': metadata('untouched', 'The id and the number name different orders.', 'The caller should send one of them.'),
  'request.order_canceled': metadata('untouched', 'The order is canceled, so there is nothing to execute again.', 'Nothing. If the order is wanted after all, create it anew.'),
  'request.order_not_synced': metadata('untouched', 'The order has not reached its destination, so there is nothing to reset there.', 'Ask again once it has.'),
  'request.canceled': metadata('canceled', 'The caller or an operator canceled the reset before it cleared anything.', 'Nothing. If it was a mistake, ask for a new reset.'),

  'order.in_use': metadata('waiting', 'Another saga of the same order is ahead.', 'Nothing, unless that one has stopped: the saga’s page says which it is.'),
  'order.busy': metadata('retried', 'Others kept changing the order while it was to be cleared or put back.', 'Resume once they are through.'),
  'order.not_representable': metadata('untouched', 'The order holds values that could not be put back exactly as they are.', 'It needs an engineer.'),
  'order.too_large': metadata(
    ['untouched', 'put-back'],
    'The order holds too much: BOLs and drops above 15 MB, or a write that would make a document larger than 16 MB.',
    'An engineer takes out of the order what does not belong there. Then ask for a new reset.',
  ),

  'order.malformed': metadata(
    'untouched',
    'The order was written by another system in a form that could not be put back: no list of BOLs or drops, or no usable version.',
    'Correct the order’s document; the message names the field. Then ask again.',
  ),
  'order.not_locked': metadata(
    'stopped',
    'The lock of the order was removed from outside, or another saga has it, while this saga was at work. No newer claim of the saga exists.',
    'Compare the order with the snapshot on the saga’s page. Then abandon the saga, and recover the order if it was cleared.',
  ),
  'order.gone': metadata('stopped', 'The order was deleted while the saga was at work.', 'Abandon the saga. Its snapshot stays in the log.'),

  'destination.unknown_instance': metadata(
    atTheDoorOrLater,
    'The counterparty has no such installation.',
    'Add it; then resume, or ask for the reset again if this one has ended.',
  ),
  'destination.no_adapter': metadata(atTheDoorOrLater, 'Nothing here speaks to a system of its `source_system`.', 'Correct its source_system, or add an adapter; then resume, or ask again.'),
  'destination.no_secret': metadata(atTheDoorOrLater, 'The installation has no `secret_ref`.', 'Give it one; then resume, or ask again.'),
  'destination.address_blocked': metadata(
    atTheDoorOrLater,
    'Its `url` is no usable one, or its name leads to an address that is not public.',
    'Find out why it changed and correct it; then resume, or ask again.',
  ),
  'destination.number_not_integer': metadata('untouched', 'Supply & Dispatch could not have the order’s number.', 'Correct the order’s destination number; then ask again.'),
  'destination.rejected_request': metadata('put-back', 'The destination said no; the message holds its reason.', 'Settle it with them, then ask for a new reset.'),
  'destination.rejected': metadata('put-back', 'Somebody at the destination rejected the reset.', 'Settle it with them, then ask for a new reset.'),
  'destination.requested': metadata('waiting', 'The destination’s people must accept the reset first.', 'Nothing. After seven days without an answer it stops: `step.no_answer`.'),
  'destination.unavailable': metadata(
    'retried',
    'Connection lost or refused, host name unknown, 5xx, 408, 425, or a status nobody knows.',
    'Ask the destination whether it is up. Once it is, resume; a repeat carries the same key.',
  ),
  'destination.timed_out': metadata(
    'retried',
    'No connection, or no whole reply, in time. It may have taken the reset all the same; it knows the repeat by its key.',
    'Once the destination is well, resume.',
  ),
  'destination.interrupted': metadata('retried', 'The attempt was cut off from our side, such as by a shutdown.', 'Resume.'),
  'destination.rate_limited': metadata('retried', 'The destination wants fewer requests (429).', 'Wait a while, then resume; lower the load if it lasts.'),
  'destination.credentials_rejected': metadata('retried', '401, 403, or no token for our credentials.', 'Renew the secret of this destination, then resume.'),
  'destination.redirected': metadata('retried', 'It answered 3xx, which is not followed.', 'Set the url of the instance to where it is now, then resume.'),
  'destination.tls_failed': metadata('retried', 'Its certificate has expired, is self-signed or for another host; or there is no TLS there.', 'It is for them to mend; then resume.'),
  'destination.invalid_response': metadata('retried', 'What answered is no proper HTTP.', 'It is for them to mend; then resume.'),
  'destination.moved': metadata(
    'retried',
    'The `url` of the instance changed its host after the request was built.',
    'Set it back and resume, or abandon and recover the order.',
  ),
  'destination.secret_missing': metadata('retried', 'There is nothing where `secret_ref` points.', 'Put the secret there, then resume.'),
  'destination.secret_unusable': metadata('retried', 'The secret has the wrong form.', 'Put it right, then resume.'),
  'destination.paused': metadata('waiting', 'An operator paused the destination, or it answered 410.', 'Let it go on once it may; /destinations says why it was paused.'),
  'destination.busy': metadata('waiting', 'The worker has as many requests in hand for it as it may (`DESTINATION_IN_FLIGHT`).', 'Nothing.'),
  'destination.throttled': metadata('waiting', 'It answered 429 and is sent nothing until it wants requests again, five minutes at most.', 'Nothing; lower the load if it lasts.'),
  'destination.circuit_open': metadata('waiting', 'It failed five times in a row and is left alone for a while; then one request tries.', 'Nothing, unless it lasts.'),

  'recover.order_moved_on': metadata(
    'untouched',
    'The order was worked on since the reset.',
    'Compare; then recover the reset once more, with force, if the snapshot is what you want.',
  ),
  'recover.nothing_cleared': metadata('untouched', 'The reset cleared nothing, so there is nothing to put back.', 'Nothing.'),
  'recover.already_restored': metadata('untouched', 'What the reset cleared was put back when it was undone.', 'Nothing.'),

  'step.timed_out': metadata('retried', 'One attempt of a step took longer than it may.', 'Resume; if it happens again, look at the worker’s log.'),
  'step.no_answer': metadata('stopped', 'Nobody at the destination accepted or rejected in time.', 'Ask them; resume asks once more.'),
  'saga.bug': metadata('retried', 'A step threw what it should not: a fault of ours, tried three times in case it was none.', 'The worker’s log has its trace under this saga id. After a new version, resume.'),
  'saga.crashes_workers': metadata('stopped', 'More than twenty workers in a row died while they ran this saga.', 'Keep it stopped and call an engineer.'),
  'saga.request_unreadable': metadata('stopped', 'What the saga was asked is stored in a shape its steps do not know.', 'Call an engineer; a newer version may know it. Then resume.'),
  'saga.terminated': metadata('terminated', 'An operator ended it as it stood.', 'If it had cleared the order, Recover puts that back.'),
} satisfies Record<string, SagaCodeInfo>;

export type SagaCode = keyof typeof sagaCodes;
