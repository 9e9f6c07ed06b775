/** The HTTP status a code is answered with, when that happens, and what to do next. Whatever was refused has changed nothing. */
interface SagaCodeInfo {
  status: number;
  when: string;
  next: string;
}

const metadata = (status: number, when: string, next: string): SagaCodeInfo => ({ status, when, next });

/** Every code of the operator API, and of the pages' and the audit trail's refusals. docs/errors.md is printed from it. */
export const operatorCodes = {
  'operator.not_signed_in': metadata(401, 'No session, or it has ended.', 'Sign in at /login, or send an operator key.'),
  'operator.key_rejected': metadata(401, 'The operator key is unknown, has ended or belongs to nobody any more.', 'Have a new one made: `npm run operators -- key NAME`.'),
  'operator.wrong_password': metadata(401, 'Username or password is wrong. In the audit trail only.', 'Many of them in a row are somebody guessing.'),
  'operator.not_allowed': metadata(403, 'The request did not come from these pages.', 'Open the page here and try again; a script sends an operator key.'),
  'operator.viewer': metadata(403, 'Viewers may look but not act.', 'Ask an operator.'),

  'request.unreadable': metadata(400, 'The body could not be read.', 'Send proper JSON of at most 8 kB.'),
  'request.not_found': metadata(404, 'There is no such page, address, action or order.', 'Check the address.'),
  'request.invalid': metadata(422, 'A field is missing or wrong; the text names it.', 'Correct it and send it again.'),
  'request.reason_missing': metadata(422, 'No reason was given.', 'Say why, in a few words.'),
  'request.too_many': metadata(429, 'Too many failed logins.', 'Wait a quarter of an hour.'),

  'saga.unknown': metadata(404, 'There is no such saga.', 'Look for the order number or correlation id.'),
  'saga.moved': metadata(409, 'The saga has moved on since you looked.', 'See how it stands now, then decide again.'),
  'saga.ended': metadata(409, 'The saga has ended already.', 'Ask for a new reset, or recover what it cleared.'),
  'saga.not_stopped': metadata(409, 'Only a stopped saga can be resumed; this one goes on by itself.', 'Nothing.'),
  'saga.not_waiting': metadata(409, 'No attempt is planned for later.', 'See its phase: stopped wants Resume.'),
  'saga.running': metadata(409, 'A worker is at the saga, or will be at once, so it cannot be abandoned.', 'Try again once it rests or has stopped.'),
  'saga.busy': metadata(409, 'A worker was at the reset at that very moment, so it could not be canceled.', 'Try again in a second.'),
  'saga.cleared': metadata(409, 'BOLs and executed drops have been cleared, so it cannot be canceled any more.', 'Let it end, or abandon it; then recover.'),
  'saga.stopped': metadata(409, 'The reset has stopped: it cannot be canceled or recovered as it stands.', 'Resume it, or abandon it first.'),
  'saga.still_moving': metadata(409, 'What a reset cleared can be put back once it has ended.', 'Wait for its end.'),
  'saga.not_a_reset': metadata(409, 'Only resets can be canceled or recovered.', 'A recovery that rests can be abandoned.'),

  'recover.order_moved_on': metadata(409, 'The order was worked on since the reset; the text shows the difference.', 'Compare; with `forced` the snapshot takes its place, and what it replaces is saved.'),
  'recover.nothing_cleared': metadata(409, 'The saga cleared nothing.', 'Nothing.'),
  'recover.already_restored': metadata(409, 'What it cleared was put back when it was undone.', 'Nothing.'),
  'recover.in_progress': metadata(409, 'Another saga is putting it back already; the text names it.', 'Follow that one.'),
  'recover.order_gone': metadata(409, 'The order does not exist any more.', 'What was cleared is still in the log.'),

  'destination.unknown_instance': metadata(404, 'There is no such destination.', 'They are listed at /destinations.'),
  'destination.state_unchanged': metadata(409, 'It is paused already, or not paused.', 'Nothing.'),

  'bulk.no_such_action': metadata(409, 'The action of a bulk that is continued is not offered any more.', 'Choose another.'),
  'store.unavailable': metadata(503, 'MongoDB does not answer.', 'Bring it back; accepted sagas are safe.'),
  'ops.internal_error': metadata(500, 'A fault in these pages, not in a saga.', 'See the saga for what came of it, and the log for why.'),
} satisfies Record<string, SagaCodeInfo>;

export type OperatorCode = keyof typeof operatorCodes;
