import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** One action on many sagas. */
export const bulkSchema = new Schema(
  {
    /** UUIDv7. */
    _id: { type: String, required: true },
    action: { type: String, required: true },
    reason: { type: String, required: true },
    by: { type: String, required: true },
    credential: { type: String, required: true },
    from: { type: String, default: null },
    /** A description of the selection. */
    scope: { type: String, required: true },
    total: { type: Number, required: true },
    state: { type: String, required: true, enum: ['running', 'interrupted', 'aborted', 'done'] },
    /** The process that runs it, and its last heartbeat. */
    runner: String,
    heartbeat_at: { type: Date, required: true },
    created_at: { type: Date, required: true },
    ended_at: Date,
  },
  { collection: collections.bulks, strict: 'throw', versionKey: false },
);

/** One saga of a bulk action, and its result. */
export const bulkItemSchema = new Schema(
  {
    _id: { type: String, required: true },
    bulk_id: { type: String, required: true },
    seq: { type: Number, required: true },
    saga_id: { type: String, required: true },
    epoch: { type: Number, required: true },
    outcome: { type: String, required: true, enum: ['pending', 'done', 'rejected', 'failed'] },
    code: String,
    message: String,
    /** The recovery that the action started. */
    recovery_saga_id: String,
    at: Date,
  },
  { collection: collections.bulkItems, strict: 'throw', versionKey: false },
);

bulkItemSchema.index({ bulk_id: 1, outcome: 1, seq: 1 }, { name: 'bulk' });
