import { createHash } from 'node:crypto';
import type { Snapshot } from '@crossroads/order-reset';
import { StepRefused } from '@crossroads/saga';
import mongoose from 'mongoose';

const { BSON } = mongoose.mongo;

/** Read options that keep BSON's own number types, binaries and expressions: what is read so can be written back unchanged. */
export const exactly = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

type RawOrder = Pick<Snapshot, 'bols' | 'executed_drops' | 'progression_state'> & { _id: { toHexString(): string }; version: unknown };

/**
 * The order's id, and what a reset will clear of it, from its raw BSON.
 * A document that JavaScript objects cannot hold exactly (a key given twice, say) is refused: it could be cleared but never put back.
 */
export const snapshotOf = (raw: Uint8Array): [orderId: string, snapshot: Snapshot | StepRefused] => {
  const order = BSON.deserialize(raw, exactly) as RawOrder;
  const { bols, executed_drops, progression_state } = order;
  const orderId = order._id.toHexString();
  if (!Buffer.from(BSON.serialize(order, { ignoreUndefined: false })).equals(raw)) {
    return [orderId, new StepRefused('order.not_representable', 'The order holds values that could not be put back exactly as they are, so nothing is cleared.')];
  }
  const sha256 = createHash('sha256').update(BSON.serialize({ bols, executed_drops, progression_state })).digest('hex');
  return [orderId, { version: Number(order.version), bols, executed_drops, progression_state, sha256 }];
};
