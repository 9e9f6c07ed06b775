import { Schema, Types } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** One CrossroadsLogV2 entry, which is also one entry of a saga's journal. Append-only. */
export const logSchema = new Schema(
  {
    /** Derived from the saga and the journal key, so that writing an entry twice is a duplicate key. */
    _id: Types.ObjectId,
    title: String,
    date: Date,
    status: String,
    severity: String,
    routing: Object,
    detail: Object,
    metadata: Object,
    worker_name: String,
    correlation_id: String,
    retried: Boolean,
    saga_id: String,
    saga_type: String,
    send_notification: Boolean,
    outbound_request: Object,
    inbound_request: Object,
    /** What was cleared, in the order's own values. */
    extra_data: Object,
    step: { name: String, direction: String, outcome: String, attempt: Number },
    journal: { key: String, seq: Number, epoch: Number, integration_status: String, output: Object },
  },
  { collection: collections.logs, strict: 'throw', minimize: false, versionKey: false },
);

// By epoch first: an entry that a zombie worker writes late must not appear as the newest.
logSchema.index({ saga_id: 1, 'journal.epoch': 1, 'journal.seq': 1 }, { name: 'journal' });
logSchema.index({ 'metadata.crossroads_order_id': 1, date: -1 }, { name: 'order' });
