import { createHash } from 'node:crypto';
import type { Missing, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { NonRetryableError } from '@crossroads/saga';
import mongoose from 'mongoose';
import { bytesOf } from './document-too-large.js';

const { BSON } = mongoose.mongo;

/** Read options that keep BSON's own number types, binaries and expressions: what is read so can be written back unchanged. */
export const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Bytes kept free for what the lock gains until it is unlocked. */
const maxOrderBytes = 16 * 1024 * 1024 - 1_024;

type RawOrder = { [Field in keyof Missing]?: Snapshot[Field] | null } & { _id: { toHexString(): string }; version: unknown };

/** Bytes of a snapshot at most: its log entry, with all that it holds besides, has to fit into one document. */
const maxSnapshotBytes = 15 * 1024 * 1024;

/**
 * The order's id, and what a reset will clear of it, from its raw BSON.
 * A document that JavaScript objects cannot hold exactly (a key given twice, say) is refused: it could be cleared but never put back.
 */
export const snapshotOf = (raw: Uint8Array): [orderId: string, snapshot: Snapshot | NonRetryableError] => {
  const orderId = orderIdOf(raw);
  try {
    return [orderId, read(raw)];
  } catch (error) {
    if (error instanceof NonRetryableError) return [orderId, error];
    // The BSON library throws at a key of its own, `_bsontype`, among others: of this one order, whose neighbours are well.
    return [orderId, notRepresentable({ cause: error })];
  }
};

const read = (raw: Uint8Array): Snapshot => {
  if (raw.length > maxOrderBytes) throw new NonRetryableError('order.too_large', 'The order is so large that it could not take its own deliveries back together with the marks of a reset, so nothing is cleared.');
  const order = BSON.deserialize(raw, losslessBson) as RawOrder;
  if (!Buffer.from(BSON.serialize(order, { ignoreUndefined: false })).equals(raw)) throw notRepresentable();
  if (![order.bols, order.executed_drops].every((list) => list === undefined || list === null || Array.isArray(list))) {
    throw new NonRetryableError('order.malformed', 'The order’s BOLs or executed drops are no list any more, so nothing is cleared.');
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
    throw new NonRetryableError('order.too_large', 'The order holds more BOLs and drops than can be saved in the audit log (15 MB), so nothing is cleared.');
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const snapshot = { version: Number(order.version), ...cleared, ...(Object.keys(missing).length > 0 && { missing }), sha256 };
  sizes.set(snapshot, bytes.length);
  return snapshot;
};

const notRepresentable = ({ cause }: ErrorOptions = {}): NonRetryableError => {
  const rejected = new NonRetryableError('order.not_representable', 'The order holds values that could not be put back exactly as they are, so nothing is cleared.');
  if (cause !== undefined) rejected.cause = cause;
  return rejected;
};

/** The id is read by hand, since it is wanted of documents that cannot be read whole. MongoDB keeps it first, and ours are ObjectIds. */
const orderIdOf = (raw: Uint8Array): string => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (bytes[4] !== 7 || bytes.toString('latin1', 5, 9) !== '_id\0') return (BSON.deserialize(raw, losslessBson) as RawOrder)._id.toHexString();
  return bytes.toString('hex', 9, 21);
};

/** What a snapshot was measured at when it was read, so that its entry need not be. */
const sizes = new WeakMap<object, number>();

export const snapshotBytes = (snapshot: object): number => sizes.get(snapshot) ?? bytesOf(snapshot);
