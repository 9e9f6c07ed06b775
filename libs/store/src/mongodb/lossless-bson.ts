import { createHash } from 'node:crypto';
import type { Missing, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { NonRetryableError } from '@crossroads/saga';
import mongoose from 'mongoose';
import { bytesOf } from './document-too-large.js';

const { BSON } = mongoose.mongo;

/** Read options that keep BSON's number types, binaries and expressions, so that values can be written back unchanged. */
export const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Largest order that can be reset. The rest of the 16 MB is for the markers in the lock. */
const maxOrderBytes = 16 * 1024 * 1024 - 1_024;

type RawOrder = { [Field in keyof Missing]?: Snapshot[Field] | null } & { _id: { toHexString(): string }; version: unknown };

/** Bytes of a snapshot at most. Its log entry, with all other fields, must fit into one document. */
const maxSnapshotBytes = 15 * 1024 * 1024;

/**
 * Returns the order's id and its snapshot, from raw BSON. Instead of a snapshot it returns the error that a step must throw.
 * That happens when JavaScript objects cannot represent the document exactly, for example a duplicate key: it could be cleared but not restored.
 */
export const snapshotOf = (raw: Uint8Array): [orderId: string, snapshot: Snapshot | NonRetryableError] => {
  const orderId = orderIdOf(raw);
  try {
    return [orderId, read(raw)];
  } catch (error) {
    if (error instanceof NonRetryableError) return [orderId, error];
    // The BSON library throws at some keys, for example `_bsontype`. Only this order of the batch fails.
    return [orderId, notRepresentable({ cause: error })];
  }
};

const read = (raw: Uint8Array): Snapshot => {
  if (raw.length > maxOrderBytes) throw new NonRetryableError('order.too_large', 'The order is too large: with the markers of a reset it would exceed 16 MB, and its deliveries could not be restored. Nothing was cleared.');
  const order = BSON.deserialize(raw, losslessBson) as RawOrder;
  if (!Buffer.from(BSON.serialize(order, { ignoreUndefined: false })).equals(raw)) throw notRepresentable();
  if (![order.bols, order.executed_drops].every((list) => list === undefined || list === null || Array.isArray(list))) {
    throw new NonRetryableError('order.malformed', 'The order’s BOLs or executed drops are no longer a list. Nothing was cleared.');
  }
  const missing: Missing = {};
  const present = <T>(field: keyof Missing, value: T | null | undefined, instead: T): T => {
    if (value === undefined) missing[field] = 'absent';
    if (value === null) missing[field] = 'null';
    return value ?? instead;
  };
  const cleared = {
    bols: present('bols', order.bols, []),
    executed_drops: present('executed_drops', order.executed_drops, []),
    progression_state: present('progression_state', order.progression_state, NO_PROGRESS),
  };
  const bytes = BSON.serialize(cleared);
  if (bytes.length > maxSnapshotBytes) {
    throw new NonRetryableError('order.too_large', 'The order’s BOLs and drops exceed 15 MB, the limit of a snapshot in the audit log. Nothing was cleared.');
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const snapshot = { version: Number(order.version), ...cleared, ...(Object.keys(missing).length > 0 && { missing }), sha256 };
  sizes.set(snapshot, bytes.length);
  return snapshot;
};

const notRepresentable = ({ cause }: ErrorOptions = {}): NonRetryableError => {
  const rejected = new NonRetryableError('order.not_representable', 'The order has values that could not be restored exactly. Nothing was cleared.');
  if (cause !== undefined) rejected.cause = cause;
  return rejected;
};

/** Returns the order's id, also of a document that cannot be deserialized. MongoDB stores the id first, and order ids are ObjectIds. */
const orderIdOf = (raw: Uint8Array): string => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (bytes[4] !== 7 || bytes.toString('latin1', 5, 9) !== '_id\0') return (BSON.deserialize(raw, losslessBson) as RawOrder)._id.toHexString();
  return bytes.toString('hex', 9, 21);
};

/** Sizes of snapshots, measured when they were read, so that they need not be serialized again. */
const sizes = new WeakMap<object, number>();

/** Returns the bytes of a snapshot. */
export const snapshotBytes = (snapshot: object): number => sizes.get(snapshot) ?? bytesOf(snapshot);
