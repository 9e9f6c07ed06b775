import { Schema, Types } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** One action of an operator, successful or not. Inserted before the action, completed after it, never removed. */
export const auditSchema = new Schema(
  {
    _id: Types.ObjectId,
    at: { type: Date, required: true },
    by: { type: String, required: true },
    role: { type: String, default: null },
    action: { type: String, required: true },
    saga_id: String,
    instance_id: String,
    correlation_id: String,
    reason: { type: String, default: null },
    outcome: { type: String, required: true, enum: ['begun', 'done', 'rejected', 'failed'] },
    code: String,
    /** The client's IP address. */
    from: { type: String, default: null },
    detail: Object,
  },
  { collection: collections.audit, strict: 'throw', minimize: false, versionKey: false },
);

auditSchema.index({ at: -1 }, { name: 'at' });
auditSchema.index({ action: 1, outcome: 1, at: -1 }, { name: 'action' });
auditSchema.index({ saga_id: 1, at: -1 }, { name: 'saga', partialFilterExpression: { saga_id: { $exists: true } } });
auditSchema.index({ by: 1, at: -1 }, { name: 'by' });
