import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';
import { unended } from './saga-document.js';

/** One saga. How far it has come is not here but in its journal; here is when to look at it next, and who may. */
export const sagaSchema = new Schema(
  {
    /** UUIDv7: sorts by acceptance. */
    _id: { type: String, required: true },
    type: { type: String, required: true },
    version: { type: Number, required: true },
    tenant_id: { type: String, required: true },
    correlation_id: { type: String, required: true },
    /** The caller's own name for the request, so that a repeat of it is no second reset. */
    idempotency_key: String,
    /** Names under which its order may be known; resets that share one wait in one line. */
    concurrency_keys: { type: [String], required: true },
    request: { type: Object, required: true },
    inbound_request: { type: Object, required: true },
    traceparent: String,
    status: { type: String, required: true },
    phase: { type: String, required: true },
    step: String,
    epoch: { type: Number, required: true },
    settled_epoch: { type: Number, required: true },
    failures: { type: Number, required: true },
    resumed: { type: Boolean, required: true },
    error: { code: String, message: String },
    accepted_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    ended_at: Date,
    /** When the next worker may take it, by the database's clock. Absent once nobody needs to. */
    next_run_at: Date,
  },
  { collection: collections.sagas, strict: 'throw', minimize: false, versionKey: false },
);

const due = { partialFilterExpression: { next_run_at: { $exists: true } } };

sagaSchema.index({ tenant_id: 1, correlation_id: 1 }, { unique: true, name: 'correlation' });
sagaSchema.index(
  { tenant_id: 1, idempotency_key: 1 },
  { unique: true, name: 'idempotency', partialFilterExpression: { idempotency_key: { $exists: true } } },
);
/**
 * One recovery of a reset at a time, whoever asks for it and however often: the insert decides, so nothing is left behind where its process dies.
 * One that has stopped still holds its order and may go on, so it counts.
 */
sagaSchema.index(
  { tenant_id: 1, 'request.recovers.saga_id': 1 },
  { unique: true, name: 'recovery', partialFilterExpression: { 'request.recovers.saga_id': { $exists: true }, phase: { $in: [...unended] } } },
);
/** Oldest keys first, for as long as they stand; see retention.repository.ts. */
sagaSchema.index({ accepted_at: 1 }, { name: 'key_age', partialFilterExpression: { idempotency_key: { $exists: true } } });
sagaSchema.index({ next_run_at: 1, _id: 1 }, { name: 'due', ...due });
sagaSchema.index({ concurrency_keys: 1, _id: 1 }, { name: 'line', ...due });
sagaSchema.index({ tenant_id: 1, _id: -1 }, { name: 'newest' });
sagaSchema.index({ tenant_id: 1, _id: 1 }, { name: 'under_way', ...due });
/** What operators list and look up by; see saga-view.repository.ts. */
sagaSchema.index({ status: 1, phase: 1, _id: -1 }, { name: 'listed' });
sagaSchema.index(
  { 'request.order.order_number': 1, tenant_id: 1, _id: -1 },
  { name: 'order_number', partialFilterExpression: { 'request.order.order_number': { $exists: true } } },
);
