import { CrossroadsError, ValidationError } from '../errors.js';
import type { Command } from './command.js';
import { printable, UsageError } from './command.js';
import { exitCodeFor, exitCodes } from './exit-codes.js';

/** The result of a failed command: exit code, text for people, and document for scripts. */
export interface Failure {
  code: number;
  text: string;
  document: object;
}

/** Returns the result for the error of a command. */
export const failureOf = (error: unknown, { name }: Command): Failure => {
  if (error instanceof CrossroadsError) {
    const { kind, message, advice, status, requestId, code, retryAfterMs } = error;
    const detail = error instanceof ValidationError && error.detail.length > 0 ? error.detail : undefined;
    const info = { kind, message, advice, status, code, request_id: requestId, retry_after_ms: retryAfterMs, detail };
    return { code: exitCodeFor(error), text: printable([message, advice, ...(requestId === undefined ? [] : [`request ${requestId}`])].join('\n')), document: { error: info } };
  }
  if (error instanceof UsageError) {
    const { message } = error;
    return { code: exitCodes.usage, text: printable(`${message}\nSee crossroads ${name} --help`), document: { error: { kind: 'usage', message } } };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exitCodes.internalError, text: `Internal error of this program: ${message}`, document: { error: { kind: 'fault', message } } };
};
