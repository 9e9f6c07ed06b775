import { StoreUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';
import { isDefiniteCode, isTooLargeCode } from './definite-codes.js';
import { DocumentTooLarge } from './document-too-large.js';
import { reportUnknown } from './unknown-errors.js';

const { MongoBulkWriteError, MongoClientBulkWriteError, MongoError, MongoServerError, MongoWriteConcernError } = mongoose.mongo;
const { MongoAPIError, MongoClientClosedError, MongoExpiredSessionError, MongoNotConnectedError, MongoServerClosedError, MongoTopologyClosedError } = mongoose.mongo;

/** Runs a database operation. Callers need know no driver: what is not known becomes StoreUnavailable, a document that is too large DocumentTooLarge. */
export const withStoreErrors = async <T>(operation: () => Promise<T>): Promise<T> => {
  try {
    return await inTime(operation());
  } catch (error) {
    throw asKnown(error);
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

/** The error in the store's own words: StoreUnavailable, DocumentTooLarge, or the error as it is, where it is a fault of ours. */
export const asKnown = (error: unknown): unknown => asUnavailable(error) ?? asTooLarge(error) ?? error;

/**
 * StoreUnavailable unless the error says for certain that this very operation was refused. A list of the errors that pass is never complete,
 * and an error left out of it would stop a saga; so the refusals are listed instead, and every other error leaves the result unknown.
 * `sent` stays true for all of them: the driver repeats a write by itself, and the error it shows at last may not be the first one.
 */
export const asUnavailable = (error: unknown): StoreUnavailable | undefined => {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof MongoServerError) return isDefinite(error) ? undefined : unknownResult(error);
  if (error instanceof MongoError ? isOutage(error) : isBrokenSocket(error)) return new StoreUnavailable('MongoDB does not answer', { cause: error });
  return undefined;
};

export const isDuplicateKey = (error: unknown): boolean => error instanceof MongoServerError && isDefinite(error) && error.code === 11_000;

const asTooLarge = (error: unknown): DocumentTooLarge | undefined =>
  error instanceof MongoServerError && isTooLargeCode(error.code) ? new DocumentTooLarge({ cause: error }) : undefined;

/** Labels by which server and driver say that a command may be repeated, which nobody says of a refusal. */
const passing = ['RetryableWriteError', 'TransientTransactionError'];

const isPassing = (error: mongoose.mongo.MongoError): boolean => passing.some((label) => error.hasErrorLabel(label));

/** Whether the server has refused the operation itself, so that it has not taken effect and never will. */
const isDefinite = (error: mongoose.mongo.MongoServerError): boolean => {
  // The write was made; whether it lasts is not known.
  if (error instanceof MongoWriteConcernError || isPassing(error)) return false;
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
  // A label says what it is. Anything else an operator should read: a wrong password looks like an outage otherwise.
  if (!isPassing(error)) reportUnknown(error.cause instanceof MongoServerError ? error.cause : error);
  return new StoreUnavailable('MongoDB cannot take this now', { cause: error });
};

/** The driver's API errors are faults of the caller, but for these: they say that there is no connection any more. */
const lostConnections = [MongoNotConnectedError, MongoServerClosedError, MongoTopologyClosedError, MongoClientClosedError, MongoExpiredSessionError];

/** Network, server selection, timeouts, a pool that was cleared, a reply that cannot be read: whatever came of the command is not known. */
const isOutage = (error: mongoose.mongo.MongoError): boolean => !(error instanceof MongoAPIError) || lostConnections.some((lost) => error instanceof lost);

/** A connection that breaks while the driver writes to it comes up as the socket's own error. */
const socketErrors: ReadonlySet<unknown> = new Set([
  // The operating system's, then those of Node's streams.
  'EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT', 'ENOTCONN', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
  'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CLOSED',
]);

/** Mongoose's own errors of a connection that is not there; its others are of data that does not fit a schema. */
const mongooseOutages: ReadonlySet<string> = new Set(['MongooseError', 'MongooseServerSelectionError', 'MongooseBulkSaveIncompleteError']);

const isBrokenSocket = (error: unknown): boolean =>
  error instanceof Error && (socketErrors.has((error as { code?: unknown }).code) || mongooseOutages.has(error.name));
