import type { CrossroadsError, ErrorKind } from '../errors.js';
import type { ResetProgress } from '../wire.js';

/** Exit codes. Scripts depend on them, so a number never gets another meaning. */
export const exitCodes = { done: 0, internalError: 1, usage: 2, rejected: 3, error: 4, canceled: 5, pending: 6, notAllowed: 7, unreachable: 8, requestRejected: 9, notFound: 10, interrupted: 130 } as const;

export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, 'synced, or done for a command that does not wait'],
  [exitCodes.internalError, 'an internal error of this program or of the service'],
  [exitCodes.usage, 'wrong usage, or a setting is missing'],
  [exitCodes.rejected, 'rejected: the destination rejected the reset, the order is restored'],
  [exitCodes.error, 'error: invalid, or stopped until an operator resumes it'],
  [exitCodes.canceled, 'canceled'],
  [exitCodes.pending, 'not finished at the timeout'],
  [exitCodes.notAllowed, 'not authenticated, or not allowed'],
  [exitCodes.unreachable, 'the service could not be reached, or was too busy'],
  [exitCodes.requestRejected, 'the service rejected the request: invalid, or in conflict with the current state'],
  [exitCodes.notFound, 'not found'],
  [exitCodes.interrupted, 'interrupted: the reset continues'],
];

/** Returns the exit code for the state of a reset. */
export const exitCodeOf = ({ done, status }: Pick<ResetProgress, 'done' | 'status'>): number => {
  if (!done) return exitCodes.pending;
  if (status === 'synced') return exitCodes.done;
  return status === 'rejected' || status === 'canceled' ? exitCodes[status] : exitCodes.error;
};

/** Returns the exit code for an error. */
export const exitCodeFor = ({ kind }: CrossroadsError): number => byKind[kind];

const byKind: Record<ErrorKind, number> = {
  invalid: exitCodes.requestRejected,
  conflict: exitCodes.requestRejected,
  not_authenticated: exitCodes.notAllowed,
  not_allowed: exitCodes.notAllowed,
  not_found: exitCodes.notFound,
  rate_limited: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
  transport: exitCodes.unreachable,
  unexpected: exitCodes.internalError,
  timed_out: exitCodes.pending,
};
