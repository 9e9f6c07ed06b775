import { StoreUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';
import { isDefiniteCode, isTooLargeCode } from './definite-codes.js';
import { DocumentTooLarge } from './document-too-large.js';
import { reportUnknown } from './unknown-errors.js';

const { MongoBulkWriteError, MongoClientBulkWriteError, MongoError, MongoServerError, MongoWriteConcernError } = mongoose.mongo;
const { MongoAPIError, MongoClientClosedError, MongoExpiredSessionError, MongoNotConnectedError, MongoServerClosedError, MongoTopologyClosedError } = mongoose.mongo;

/**
 * Runs a database operation and maps the driver's errors. Throws StoreUnavailable when the result is unknown, and DocumentTooLarge for a document
 * that exceeds the size limit.
 */
export const withStoreErrors = async <T>(operation: () => Promise<T>): Promise<T> => {
  try {
    return await withTimeLimit(operation());
  } catch (error) {
    throw asKnown(error);
  }
};

/**
 * Milliseconds one operation may take, longer than the driver's own limits. The driver waits without limit for a socket to drain.
 * Without this limit, an operation on a dead socket would never return.
 */
const longestMs = 12_000;

/** Awaits the operation. Throws StoreUnavailable when it takes too long. */
export const withTimeLimit = async <T>(operation: Promise<T>): Promise<T> => {
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

/** Returns StoreUnavailable, DocumentTooLarge, or the error itself when its cause is a bug in this service. */
export const asKnown = (error: unknown): unknown => asUnavailable(error) ?? asTooLarge(error) ?? error;

/**
 * Returns StoreUnavailable, unless the error is a definite rejection of this operation.
 * A list of temporary errors is never complete, and an error missing from it would stop a saga. So the rejections are listed instead.
 * Every other error leaves the result unknown. `sent` is true for all of them: the driver retries a write, and reports only its last error.
 */
export const asUnavailable = (error: unknown): StoreUnavailable | undefined => {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof MongoServerError) return isDefinite(error) ? undefined : unknownResult(error);
  if (error instanceof MongoError ? isOutage(error) : isBrokenSocket(error)) return new StoreUnavailable('MongoDB does not respond', { cause: error });
  return undefined;
};

/** Returns whether the server rejected the write because its key is taken. */
export const isDuplicateKey = (error: unknown): boolean => error instanceof MongoServerError && isDefinite(error) && error.code === 11_000;

const asTooLarge = (error: unknown): DocumentTooLarge | undefined =>
  error instanceof MongoServerError && isTooLargeCode(error.code) ? new DocumentTooLarge({ cause: error }) : undefined;

/** Labels by which server and driver mark a command that may be retried. Rejections never have them. */
const temporaryLabels = ['RetryableWriteError', 'TransientTransactionError'];

const isTemporary = (error: mongoose.mongo.MongoError): boolean => temporaryLabels.some((label) => error.hasErrorLabel(label));

/** Returns whether the server rejected the operation itself, so that it has no effect and never will. */
const isDefinite = (error: mongoose.mongo.MongoServerError): boolean => {
  // The write was made, but it may not be durable.
  if (error instanceof MongoWriteConcernError || isTemporary(error)) return false;
  if (error instanceof MongoClientBulkWriteError) {
    const codes = Array.from(error.writeErrors.values(), ({ code }) => code);
    if (error.writeConcernErrors.length > 0) return false;
    return error.cause instanceof MongoServerError ? isDefinite(error.cause) : codes.length > 0 && codes.every(isDefiniteCode);
  }
  if (error instanceof MongoBulkWriteError) {
    if (error.result?.getWriteConcernError()) return false;
    const errors = [error.writeErrors].flat();
    if (errors.length > 0) return errors.every(({ code }) => isDefiniteCode(code));
  }
  return isDefiniteCode(error.code);
};

const unknownResult = (error: mongoose.mongo.MongoServerError): StoreUnavailable => {
  // A labelled error is expected. Any other is reported to the operator: a wrong password would otherwise look like an outage.
  if (!isTemporary(error)) reportUnknown(error.cause instanceof MongoServerError ? error.cause : error);
  return new StoreUnavailable('MongoDB could not execute the operation, and its result is unknown', { cause: error });
};

/** The driver's API errors are bugs of the caller, except these: they mean that the connection is lost. */
const lostConnections = [MongoNotConnectedError, MongoServerClosedError, MongoTopologyClosedError, MongoClientClosedError, MongoExpiredSessionError];

/** Returns whether the command's result is unknown: after network errors, timeouts, a cleared pool or an unreadable reply. */
const isOutage = (error: mongoose.mongo.MongoError): boolean => !(error instanceof MongoAPIError) || lostConnections.some((lost) => error instanceof lost);

/** Errors of a socket. The driver passes them on when a connection breaks while it writes. */
const socketErrors: ReadonlySet<unknown> = new Set([
  // Codes of the operating system, then those of Node's streams.
  'EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT', 'ENOTCONN', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
  'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CLOSED',
]);

/** Mongoose's errors for a missing connection. Its other errors are for data that does not match a schema. */
const mongooseOutages: ReadonlySet<string> = new Set(['MongooseError', 'MongooseServerSelectionError', 'MongooseBulkSaveIncompleteError']);

const isBrokenSocket = (error: unknown): boolean =>
  error instanceof Error && (socketErrors.has((error as { code?: unknown }).code) || mongooseOutages.has(error.name));
