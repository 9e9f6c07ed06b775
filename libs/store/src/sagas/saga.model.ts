import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';
import { blockedCodes, unended } from './saga-document.js';

/** One saga: when a worker looks at it next, and which claim may write. Its progress is in its journal. */
export const sagaSchema = new Schema(
  {
    /** UUIDv7: sorts by acceptance. */
    _id: { type: String, required: true },
    type: { type: String, required: true },
    version: { type: Number, required: true },
    tenant_id: { type: String, required: true },
    correlation_id: { type: String, required: true },
    /** The caller's name for the request. A repeated request with the same key creates no second reset. */
    idempotency_key: String,
    /** Names of its order. Sagas that share a key wait in one order queue. */
    concurrency_keys: { type: [String], required: true },
    request: { type: Object, required: true },
    inbound_request: { type: Object, required: true },
    traceparent: String,
    status: { type: String, required: true },
    phase: { type: String, required: true },
    step: String,
    epoch: { type: Number, required: true },
    settled_epoch: { type: Number, required: true },
    decided_epoch: Number,
    failures: { type: Number, required: true },
    resumed: { type: Boolean, required: true },
    error: { code: String, message: String },
    accepted_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    ended_at: Date,
    /** When a worker may claim the saga, by the database's clock. Absent when it stopped or ended. */
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
 * Allows one unfinished recovery per reset. The insert itself enforces the rule, so a process that dies leaves no lock behind.
 * A stopped recovery counts too: it still locks its order and may continue.
 */
sagaSchema.index(
  { tenant_id: 1, 'request.recovers.saga_id': 1 },
  { unique: true, name: 'recovery', partialFilterExpression: { 'request.recovers.saga_id': { $exists: true }, phase: { $in: [...unended] } } },
);
/** For the purge of old idempotency keys, oldest first. See retention.repository.ts. */
sagaSchema.index({ accepted_at: 1 }, { name: 'key_age', partialFilterExpression: { idempotency_key: { $exists: true } } });
sagaSchema.index({ next_run_at: 1, _id: 1 }, { name: 'due', ...due });
sagaSchema.index({ concurrency_keys: 1, _id: 1 }, { name: 'concurrency_keys', ...due });
sagaSchema.index({ tenant_id: 1, _id: -1 }, { name: 'newest' });
sagaSchema.index({ tenant_id: 1, _id: 1 }, { name: 'under_way', ...due });
/** For the lists of operators. See saga-view.repository.ts. */
sagaSchema.index({ status: 1, phase: 1, _id: -1 }, { name: 'listed' });
/** Holds only sagas that a destination blocks, so other sagas do not pay for it. */
sagaSchema.index({ 'error.code': 1, _id: -1 }, { name: 'blocked', partialFilterExpression: { phase: 'waiting', 'error.code': { $in: [...blockedCodes] } } });
/** For the lists of callers. Without it, a list of a rare status would read every saga of the tenant. */
sagaSchema.index({ tenant_id: 1, status: 1, _id: -1 }, { name: 'of_status' });
sagaSchema.index(
  { 'request.order.order_id': 1, tenant_id: 1, _id: -1 },
  { name: 'order_id', partialFilterExpression: { 'request.order.order_id': { $exists: true } } },
);
sagaSchema.index(
  { 'request.order.order_number': 1, tenant_id: 1, _id: -1 },
  { name: 'order_number', partialFilterExpression: { 'request.order.order_number': { $exists: true } } },
);

/** A saga that retention is deleting, until all of it is gone. See retention.repository.ts. */
export const purgedSchema = new Schema(
  {
    /** The saga's id. */
    _id: { type: String, required: true },
    purged_at: { type: Date, required: true },
  },
  { collection: collections.purged, strict: 'throw', versionKey: false },
);
