import { Schema, Types } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** One entry of a saga's journal, and the part of its CrossroadsLogV2 entry that no other document has. Append-only. */
export const logSchema = new Schema(
  {
    /** Derived from the saga and the journal key, so that writing an entry twice is a duplicate key. */
    _id: Types.ObjectId,
    saga_id: String,
    correlation_id: String,
    date: Date,
    title: String,
    detail: { message: String, error: String },
    retried: Boolean,
    step: { name: String, outcome: String, direction: String, attempt: Number },
    journal: { seq: Number, epoch: Number, status: String, label: String, output: Object },
    outbound_request: Object,
    /** What was cleared, in the order's own values. */
    extra_data: Object,
    routing: Object,
    metadata: Object,
  },
  { collection: collections.logs, strict: 'throw', minimize: false, versionKey: false },
);

// By epoch first: an entry that a zombie worker writes late must not appear as the newest.
logSchema.index({ saga_id: 1, 'journal.epoch': 1, 'journal.seq': 1 }, { name: 'journal' });
/** Holds one or two entries of a saga, so the others do not pay for it. */
logSchema.index({ 'metadata.crossroads_order_id': 1, saga_id: 1 }, { name: 'order', partialFilterExpression: { 'metadata.crossroads_order_id': { $exists: true } } });
