import { Schema, Types } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** One line of the audit log. Lines are only appended: an action has a line when it begins and a second one with its result. */
export const auditSchema = new Schema(
  {
    _id: Types.ObjectId,
    /** Position in the chain, from 1. */
    seq: { type: Number, required: true },
    /** Hash of the line before. Unique, so of two writers at the end of the chain one must try again. */
    previous: { type: String, required: true },
    /** SHA-256 of this line with all other fields. See audit-chain.ts. */
    hash: { type: String, required: true },
    at: { type: Date, required: true },
    by: { type: String, required: true },
    role: { type: String, default: null },
    /** The session, key or command line that was used. */
    credential: { type: String, default: null },
    action: { type: String, required: true },
    saga_id: String,
    instance_id: String,
    correlation_id: String,
    reason: { type: String, default: null },
    outcome: { type: String, required: true, enum: ['begun', 'done', 'rejected', 'failed'] },
    code: String,
    /** The client's IP address, or the host of a command line. */
    from: { type: String, default: null },
    detail: Object,
    /** The line of the action's begin. Only lines with a result have it. */
    completes: Types.ObjectId,
  },
  { collection: collections.audit, strict: 'throw', minimize: false, versionKey: false },
);

auditSchema.index({ previous: 1 }, { unique: true, name: 'chain' });
auditSchema.index({ seq: -1 }, { name: 'newest' });
auditSchema.index({ action: 1, outcome: 1, at: -1 }, { name: 'action' });
auditSchema.index({ saga_id: 1, seq: -1 }, { name: 'saga', partialFilterExpression: { saga_id: { $exists: true } } });
auditSchema.index({ by: 1, seq: -1 }, { name: 'by' });
auditSchema.index({ completes: 1 }, { name: 'result', partialFilterExpression: { completes: { $exists: true } } });
