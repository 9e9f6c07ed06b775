/** The HTTP status a code is answered with, when that happens, and what to do next. Whatever was refused has changed nothing. */
interface CodeFacts {
  status: number;
  when: string;
  next: string;
}

const facts = (status: number, when: string, next: string): CodeFacts => ({ status, when, next });

/** Every code of the operator API, and of the pages' and the audit trail's refusals. docs/errors.md is printed from it. */
export const operatorCodes = {
  'operator.not_signed_in': facts(401, 'No session, or it has ended.', 'Sign in at /login, or send an operator key.'),
  'operator.key_refused': facts(401, 'The operator key is unknown, has ended or belongs to nobody any more.', 'Have a new one made: `npm run operators -- key NAME`.'),
  'operator.wrong_password': facts(401, 'Username or password is wrong. In the audit trail only.', 'Many of them in a row are somebody guessing.'),
  'operator.not_allowed': facts(403, 'The request did not come from these pages.', 'Open the page here and try again; a script sends an operator key.'),
  'operator.viewer': facts(403, 'Viewers may look but not act.', 'Ask an operator.'),

  'request.unreadable': facts(400, 'The body could not be read.', 'Send proper JSON of at most 8 kB.'),
  'request.not_found': facts(404, 'There is no such page, address, action or order.', 'Check the address.'),
  'request.invalid': facts(422, 'A field is missing or wrong; the text names it.', 'Correct it and send it again.'),
  'request.reason_missing': facts(422, 'No reason was given.', 'Say why, in a few words.'),
  'request.too_many': facts(429, 'Too many failed logins.', 'Wait a quarter of an hour.'),

  'saga.unknown': facts(404, 'There is no such saga.', 'Look for the order number or correlation id.'),
  'saga.moved': facts(409, 'The saga has moved on since you looked.', 'See how it stands now, then decide again.'),
  'saga.ended': facts(409, 'The saga has ended already.', 'Ask for a new reset, or recover what it cleared.'),
  'saga.not_stopped': facts(409, 'Only a stopped saga can be resumed; this one goes on by itself.', 'Nothing.'),
  'saga.not_resting': facts(409, 'No attempt is planned for later.', 'See its phase: stopped wants Resume.'),
  'saga.running': facts(409, 'A worker is at the saga, or will be at once, so it cannot be abandoned.', 'Try again once it rests or has stopped.'),
  'saga.busy': facts(409, 'A worker was at the reset at that very moment, so it could not be canceled.', 'Try again in a second.'),
  'saga.cleared': facts(409, 'BOLs and executed drops have been cleared, so it cannot be canceled any more.', 'Let it end, or abandon it; then recover.'),
  'saga.stopped': facts(409, 'The reset has stopped: it cannot be canceled or recovered as it stands.', 'Resume it, or abandon it first.'),
  'saga.still_moving': facts(409, 'What a reset cleared can be put back once it has ended.', 'Wait for its end.'),
  'saga.not_a_reset': facts(409, 'Only resets can be canceled or recovered.', 'A recovery that rests can be abandoned.'),

  'recover.order_moved_on': facts(409, 'The order was worked on since the reset; the text shows the difference.', 'Compare; with `forced` the snapshot takes its place, and what it replaces is saved.'),
  'recover.nothing_cleared': facts(409, 'The saga cleared nothing.', 'Nothing.'),
  'recover.already_restored': facts(409, 'What it cleared was put back when it was undone.', 'Nothing.'),
  'recover.under_way': facts(409, 'Another saga is putting it back already; the text names it.', 'Follow that one.'),
  'recover.order_gone': facts(409, 'The order does not exist any more.', 'What was cleared is still in the log.'),

  'destination.unknown_instance': facts(404, 'There is no such destination.', 'They are listed at /destinations.'),
  'destination.is_so_already': facts(409, 'It is paused already, or not paused.', 'Nothing.'),

  'bulk.no_such_action': facts(409, 'The action of a bulk that is continued is not offered any more.', 'Choose another.'),
  'store.unavailable': facts(503, 'MongoDB does not answer.', 'Bring it back; accepted sagas are safe.'),
  'ops.fault': facts(500, 'A fault in these pages, not in a saga.', 'See the saga for what came of it, and the log for why.'),
} satisfies Record<string, CodeFacts>;

export type OperatorCode = keyof typeof operatorCodes;
