import { StoreUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';

const { MongoError, MongoServerError } = mongoose.mongo;

/** Server errors that say "not now" rather than "no". */
const transientCodes: ReadonlySet<number> = new Set([
  6, 7, 50, 64, 89, 91, 112, 189, 202, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** A connection that breaks while the driver writes to it comes up as the socket's own error. */
const socketErrors: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'ETIMEDOUT', 'ENOTCONN']);

/** Runs a database operation; whatever keeps the answer from us becomes StoreUnavailable, so callers need know no driver. */
export const reaching = async <T>(operation: () => Promise<T>): Promise<T> => {
  try {
    return await inTime(operation());
  } catch (error) {
    throw asUnavailable(error) ?? error;
  }
};

/**
 * Milliseconds any one operation may take, longer than the driver's own limits. The driver waits without limit for a socket to drain;
 * if that socket dies the command never comes back, and whoever waits for it would wait for ever.
 */
const longestMs = 12_000;

export const inTime = async <T>(operation: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable(`MongoDB took longer than ${longestMs} ms`)), longestMs);
  });
  try {
    return await Promise.race([operation, late]);
  } finally {
    clearTimeout(timer);
  }
};

export const asUnavailable = (error: unknown): StoreUnavailable | undefined => {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof MongoServerError) {
    return transientCodes.has(Number(error.code)) ? new StoreUnavailable('MongoDB cannot take this now', { cause: error }) : undefined;
  }
  const lost =
    error instanceof MongoError ||
    socketErrors.has((error as { code?: unknown } | null)?.code) || (error instanceof Error && error.name.startsWith('Mongoose') && /buffer|connect/i.test(error.message));
  return lost ? new StoreUnavailable('MongoDB does not answer', { cause: error }) : undefined;
};

export const isDuplicateKey = (error: unknown): boolean => error instanceof MongoServerError && error.code === 11_000;
