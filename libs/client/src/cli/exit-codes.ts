import type { CrossroadsError, ErrorKind } from '../errors.js';
import type { ResetProgress } from '../wire.js';

/** What the command line ends with. Scripts go by these, so a number is never given another meaning. */
export const exitCodes = {
  /** The reset is synced; or what was asked for was done. */
  done: 0,
  /** A fault in this program or in the service. */
  fault: 1,
  usage: 2,
  rejected: 3,
  /** The reset was refused, or stopped and waits for an operator. */
  error: 4,
  canceled: 5,
  /** Still under way when the time was up. */
  pending: 6,
  notAllowed: 7,
  /** Nothing answered, or not now: try again later. */
  unreachable: 8,
  /** The service refused the request: it is invalid, or contradicts what stands. */
  refused: 9,
  notFound: 10,
  interrupted: 130,
} as const;

export const exitMeanings = `Exit codes:
    0  synced; or done, for a command that waits for nothing
    1  a fault, of this program or of the service
    2  wrong usage, or a setting is missing
    3  rejected: the destination refused, the order is as it was
    4  error: refused, or stopped until an operator resumes it
    5  canceled
    6  still under way when the time was up
    7  not authenticated, or not allowed
    8  the service could not be reached, or was too busy
    9  the service refused the request: invalid, or in conflict with what stands
   10  not found
  130  interrupted`;

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
