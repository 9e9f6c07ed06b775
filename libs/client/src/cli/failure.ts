import { CrossroadsError, ValidationError } from '../errors.js';
import type { Command } from './command.js';
import { UsageError } from './command.js';
import { exitCodeFor, exitCodes } from './exit-codes.js';
import { printable } from './printable.js';

/** How a command that failed ends: its exit code, what is told a person, and a script. */
export interface Failure {
  code: number;
  told: string;
  document: object;
}

export const failureOf = (error: unknown, { name }: Command): Failure => {
  if (error instanceof CrossroadsError) {
    const { kind, message, advice, status, requestId, code, retryAfterMs } = error;
    const detail = error instanceof ValidationError && error.detail.length > 0 ? error.detail : undefined;
    const metadata = { kind, message, advice, status, code, request_id: requestId, retry_after_ms: retryAfterMs, detail };
    return { code: exitCodeFor(error), told: printable([message, advice, ...(requestId === undefined ? [] : [`request ${requestId}`])].join('\n')), document: { error: metadata } };
  }
  if (error instanceof UsageError) {
    const { message } = error;
    return { code: exitCodes.usage, told: printable(`${message}\nSee crossroads ${name} --help`), document: { error: { kind: 'usage', message } } };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exitCodes.fault, told: `A fault in this program: ${message}`, document: { error: { kind: 'fault', message } } };
};
