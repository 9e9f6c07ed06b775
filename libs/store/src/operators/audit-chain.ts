import { createHash } from 'node:crypto';
import mongoose from 'mongoose';
import type { Connection, mongo } from 'mongoose';
import { BatchLoader } from '../mongodb/batch-loader.js';
import { collections, rawCollection } from '../mongodb/collections.js';
import { isDuplicateKey, withStoreErrors } from '../mongodb/store-errors.js';
import type { AuditDocument } from './audit.repository.js';

const { BSON } = mongoose.mongo;

/** The fields that link a line to the line before. */
export interface ChainLink {
  seq: number;
  previous: string;
  hash: string;
}

/** `previous` of the first line. */
export const firstPrevious = '0'.repeat(64);

/** A line without the fields that `append` sets. */
export type NewLine = Omit<AuditDocument, keyof ChainLink | '_id'>;

const appenders = new WeakMap<Connection, BatchLoader<NewLine, AuditDocument>>();

/** Appends a line to the audit log and returns it. Lines that are appended at the same time are one write. */
export const append = async (connection: Connection, line: NewLine): Promise<AuditDocument> => {
  const appender = appenders.get(connection) ?? new BatchLoader((lines: NewLine[]) => appendAll(connection, lines));
  appenders.set(connection, appender);
  return (await appender.get(line))!;
};

/**
 * Appends the lines at the end of the chain.
 * The unique index on `previous` decides between concurrent writers: a loser reads the new end of the chain and tries again.
 */
const appendAll = async (connection: Connection, lines: NewLine[]): Promise<Map<NewLine, AuditDocument>> => {
  const log = rawCollection<AuditDocument>(connection, collections.audit);
  for (;;) {
    const end = await withStoreErrors(() => log.findOne({}, { sort: { seq: -1 }, projection: { seq: 1, hash: 1 } }));
    let { seq, hash }: Pick<ChainLink, 'seq' | 'hash'> = end ?? { seq: 0, hash: firstPrevious };
    const chained = lines.map((line) => {
      const next = asStored({ _id: new mongoose.mongo.ObjectId(), seq: seq + 1, previous: hash, ...line }) as AuditDocument;
      next.hash = hashOf(next);
      ({ seq, hash } = next);
      return next;
    });
    try {
      await withStoreErrors(() => log.insertMany(chained, { ordered: true }));
      return new Map(lines.map((line, index) => [line, chained[index]!]));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
};

/** Returns the hash of a line: SHA-256 of its canonical Extended JSON with sorted keys, without `hash`. */
export const hashOf = ({ hash: _hash, ...line }: { hash?: string }): string => createHash('sha256').update(BSON.EJSON.stringify(sorted(line), { relaxed: false })).digest('hex');

/** Returns the document as MongoDB returns it. Without this, an omitted or converted value would change the hash. */
const asStored = (document: object): mongo.Document => BSON.deserialize(BSON.serialize(document, { ignoreUndefined: true }));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value as object).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
};
