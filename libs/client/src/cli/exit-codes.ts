import type { CrossroadsError, ErrorKind } from '../errors.js';
import type { ResetProgress } from '../wire.js';

/** What the command line ends with. Scripts go by these, so a number is never given another meaning. */
export const exitCodes = { done: 0, fault: 1, usage: 2, rejected: 3, error: 4, canceled: 5, pending: 6, notAllowed: 7, unreachable: 8, refused: 9, notFound: 10, interrupted: 130 } as const;

export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, 'synced; or done, for a command that waits for nothing'],
  [exitCodes.fault, 'a fault, of this program or of the service'],
  [exitCodes.usage, 'wrong usage, or a setting is missing'],
  [exitCodes.rejected, 'rejected: the destination refused, the order is as it was'],
  [exitCodes.error, 'error: refused, or stopped until an operator resumes it'],
  [exitCodes.canceled, 'canceled'],
  [exitCodes.pending, 'still under way when the time was up'],
  [exitCodes.notAllowed, 'not authenticated, or not allowed'],
  [exitCodes.unreachable, 'the service could not be reached, or was too busy'],
  [exitCodes.refused, 'the service refused the request: invalid, or in conflict with what stands'],
  [exitCodes.notFound, 'not found'],
  [exitCodes.interrupted, 'interrupted; the reset goes on'],
];

/** For a reset that was looked at or waited for. */
export const exitCodeOf = ({ done, status }: Pick<ResetProgress, 'done' | 'status'>): number => {
  if (!done) return exitCodes.pending;
  if (status === 'synced') return exitCodes.done;
  return status === 'rejected' || status === 'canceled' ? exitCodes[status] : exitCodes.error;
};

export const exitCodeFor = ({ kind }: CrossroadsError): number => byKind[kind];

const byKind: Record<ErrorKind, number> = {
  invalid: exitCodes.refused,
  conflict: exitCodes.refused,
  not_authenticated: exitCodes.notAllowed,
  not_allowed: exitCodes.notAllowed,
  not_found: exitCodes.notFound,
  rate_limited: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
  transport: exitCodes.unreachable,
  unexpected: exitCodes.fault,
  timed_out: exitCodes.pending,
};
