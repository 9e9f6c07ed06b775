import { createHash } from 'node:crypto';
import type { Missing, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { StepRefused } from '@crossroads/saga';
import mongoose from 'mongoose';

const { BSON } = mongoose.mongo;

/** Read options that keep BSON's own number types, binaries and expressions: what is read so can be written back unchanged. */
export const exactly = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

type RawOrder = { [Field in keyof Missing]?: Snapshot[Field] | null } & { _id: { toHexString(): string }; version: unknown };

/**
 * The order's id, and what a reset will clear of it, from its raw BSON.
 * A document that JavaScript objects cannot hold exactly (a key given twice, say) is refused: it could be cleared but never put back.
 */
export const snapshotOf = (raw: Uint8Array): [orderId: string, snapshot: Snapshot | StepRefused] => {
  const order = BSON.deserialize(raw, exactly) as RawOrder;
  const orderId = order._id.toHexString();
  if (!Buffer.from(BSON.serialize(order, { ignoreUndefined: false })).equals(raw)) {
    return [orderId, new StepRefused('order.not_representable', 'The order holds values that could not be put back exactly as they are, so nothing is cleared.')];
  }
  if (![order.bols, order.executed_drops].every((list) => list === undefined || list === null || Array.isArray(list))) {
    return [orderId, new StepRefused('order.malformed', 'The order’s BOLs or executed drops are no list any more, so nothing is cleared.')];
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
  const sha256 = createHash('sha256').update(BSON.serialize(cleared)).digest('hex');
  return [orderId, { version: Number(order.version), ...cleared, ...(Object.keys(missing).length > 0 && { missing }), sha256 }];
};
