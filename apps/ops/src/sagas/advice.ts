import type { Phase } from '@crossroads/saga';
import type { SagaDocument } from '@crossroads/store';

/** What to do about an error code, in one breath. docs/operating.md says more. */
const advice: Record<string, string> = {
  'destination.unavailable': 'Ask the destination whether it is up. Once it is, resume.',
  'destination.timed_out': 'The destination was too slow, and may have taken the reset all the same; it will know the repeat by its key. Once it is well, resume.',
  'destination.interrupted': 'The attempt was cut off from our side. Resume.',
  'destination.rate_limited': 'The destination wants fewer requests. Wait a while, then resume.',
  'destination.credentials_refused': 'Renew the secret of this destination, then resume.',
  'destination.redirected': 'The destination has another address now: set the url of the instance to it, then resume.',
  'destination.tls_failed': 'The certificate of the destination is not right. It is for them to mend; then resume.',
  'destination.garbled': 'What answered is no proper HTTP. Ask the destination; then resume.',
  'destination.secret_missing': 'There is nothing where the instance says its secret is. Put it there, then resume.',
  'destination.secret_unusable': 'The secret has the wrong form. Put it right, then resume.',
  'destination.moved': 'The url of the instance changed after the request was built. Set it back and resume, or abandon and recover the order.',
  'destination.unknown_instance': 'The counterparty has no such installation. Add it; then resume, or ask for the reset again if this one has ended.',
  'destination.no_adapter': 'Nothing here speaks to such a system. Correct its source_system.',
  'destination.no_secret': 'The instance has no secret. Give it one.',
  'destination.address_refused': 'The address is not one that may be called. Find out why it changed.',
  'destination.refused': 'The destination said no, and the order was put back as it was. Settle it with them, then ask for a new reset.',
  'destination.rejected': 'Somebody at the destination rejected it, and the order was put back as it was.',
  'destination.paused': 'Somebody paused this destination; /destinations says why.',
  'destination.busy': 'Its workers have as many requests in hand as they may. Nothing to do.',
  'destination.resting': 'It asked for fewer requests and is sent none for a while. Nothing to do, unless it lasts.',
  'destination.circuit_open': 'It failed five times in a row and is left alone for a while. Nothing to do, unless it lasts.',
  'step.no_answer': 'Nobody at the destination accepted or rejected in time. Ask them; resume asks once more.',
  'step.timed_out': 'A step took too long. Resume; if it happens again, look at the worker’s log.',
  'order.in_use': 'Another saga of this order has to end first: see below which.',
  'order.busy': 'Others kept changing the order. Resume once they are through.',
  'order.not_representable': 'The order holds values that could not be put back exactly. Nothing was cleared; it needs an engineer.',
  'request.order_not_found': 'Between these two companies there is no such order. The caller should check the number and the direction.',
  'request.order_ambiguous': 'Two orders answer to this number. The caller should name the order by its id.',
  'request.order_mismatch': 'The id and the number named different orders. The caller should send one of them.',
  'request.order_canceled': 'The order is canceled, so there is nothing to execute again.',
  'request.order_not_synced': 'The order never reached its destination, so there is nothing to reset there.',
  'saga.bug': 'A fault of ours. The worker’s log has its trace under this saga id. After a new version, resume.',
  'saga.crashes_workers': 'This saga killed one worker after the other. Keep it stopped and call an engineer.',
  'saga.abandoned': 'An operator ended it as it stood. If it had cleared the order, Recover puts that back.',
  'recover.order_moved_on': 'The order was worked on since the reset. Compare; then recover the reset once more, with force, if the snapshot is what you want.',
  'recover.nothing_cleared': 'The reset cleared nothing, so nothing needs putting back.',
  'recover.already_restored': 'It is back already.',
};

export const adviceOn = (code: string): string | undefined => advice[code];

const selfHelp = 'The saga tries again by itself.';

/** The message was written when the attempt failed, before anybody knew that it was the last. */
export const sentenceOf = ({ message }: NonNullable<SagaDocument['error']>, phase: Phase): string =>
  phase === 'stopped' && message.endsWith(selfHelp) ? `${message.slice(0, -selfHelp.length)}That was the last attempt.` : message;
