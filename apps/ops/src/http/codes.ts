interface OperatorCodeInfo {
  /** HTTP status of the response. */
  status: number;
  when: string;
  next: string;
}

const info = (status: number, when: string, next: string): OperatorCodeInfo => ({ status, when, next });

/** All error codes of the operator API, the pages and the audit entries. A rejected request has changed nothing. docs/errors.md is generated from this table. */
export const operatorCodes = {
  'operator.not_signed_in': info(401, 'The request has no session, or the session has expired.', 'Sign in at /login, or send an operator key.'),
  'operator.key_rejected': info(401, 'The operator key is unknown, expired or revoked, or its operator was removed.', 'Create a new key: `npm run operators -- key NAME`.'),
  'operator.wrong_password': info(401, 'The username or the password is wrong. Only in audit entries.', 'Many such entries in a row mean that passwords are being guessed. Check the address of the requests.'),
  'operator.not_allowed': info(403, 'The request did not come from the operator pages.', 'Open the page and try again. In a script, send an operator key.'),
  'operator.viewer': info(403, 'Viewers can see every page but cannot act.', 'Ask an operator.'),

  'request.unreadable': info(400, 'The request body could not be parsed.', 'Send valid JSON of at most 8 kB.'),
  'request.invalid_address': info(400, 'A parameter in the address of a page is unknown or has an invalid value. The page names the parameter.', 'Follow the link on the page. It opens the list without the parameter.'),
  'request.not_found': info(404, 'The page, address, action or order does not exist.', 'Check the address.'),
  'request.invalid': info(422, 'A field is missing or invalid. The message names the field.', 'Correct the field and send the request again.'),
  'request.reason_missing': info(422, 'The reason is missing.', 'Enter a reason.'),
  'request.too_many': info(429, 'Too many failed logins.', 'Wait for the seconds in `Retry-After`, or sign in from a browser that you have used before.'),

  'saga.unknown': info(404, 'No saga has this id.', 'Search for the order number or the correlation id.'),
  'saga.moved': info(409, 'The saga has changed since the page was loaded, or its epoch is not `expected_epoch`.', 'Reload the page and decide again.'),
  'saga.ended': info(409, 'The saga has already finished.', 'Submit a new reset, or recover what this one cleared.'),
  'saga.not_stopped': info(409, 'Only a stopped saga can be resumed. This saga continues by itself.', 'Nothing.'),
  'saga.not_waiting': info(409, 'No attempt is scheduled for this saga.', 'Check the phase of the saga. If the saga has stopped, resume it.'),
  'saga.running': info(409, 'A worker is processing the saga or will start soon, so it cannot be terminated.', 'Try again once the saga waits, retries or has stopped.'),
  'saga.busy': info(409, 'A worker was processing the reset, so it could not be canceled.', 'Try again in a second.'),
  'saga.cleared': info(409, 'BOLs and executed drops are already cleared, so the reset can no longer be canceled.', 'Wait until the reset ends, or terminate it. Then recover the reset.'),
  'saga.stopped': info(409, 'The reset has stopped, so it cannot be canceled or recovered.', 'Resume the reset, or terminate it. A terminated reset can be recovered.'),
  'saga.still_moving': info(409, 'The reset has not finished, so it cannot be recovered. If it was canceled, it cannot be terminated either.', 'Wait until the reset ends.'),
  'saga.not_a_reset': info(409, 'Only resets can be canceled or recovered.', 'A recovery that waits, retries or has stopped can be terminated.'),

  'recover.order_moved_on': info(409, 'The order has changed since the reset. The message shows the difference.', 'Compare the order with the snapshot. With `force`, the snapshot replaces the current values, which are saved first.'),
  'recover.nothing_cleared': info(409, 'The saga cleared nothing.', 'Nothing.'),
  'recover.already_restored': info(409, 'The saga was compensated and has restored what it cleared.', 'Nothing.'),
  'recover.in_progress': info(409, 'Another saga is already restoring the order. The message has its id.', 'Follow that saga.'),
  'recover.order_gone': info(409, 'The order no longer exists.', 'The snapshot is still in the log of the reset.'),

  'destination.unknown_instance': info(404, 'No destination has this id.', 'Open /destinations for the list.'),
  'destination.state_unchanged': info(409, 'The destination is already paused, or is not paused.', 'Nothing.'),

  'bulk.no_such_action': info(409, 'The action of a continued bulk action is no longer available.', 'Start a new bulk action.'),
  'store.unavailable': info(503, 'MongoDB is unavailable.', 'Start MongoDB. Accepted sagas are safe.'),
  'ops.internal_error': info(500, 'Internal error of the operator pages.', 'Open the saga for the result of the action. The log of the ops process has the error.'),
} satisfies Record<string, OperatorCodeInfo>;

export type OperatorCode = keyof typeof operatorCodes;
