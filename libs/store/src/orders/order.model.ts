import { Schema, Types } from 'mongoose';
import { collections } from '../mongodb/collections.js';

const text = { type: String, default: null };

/** The tenant that created the order (origin), and the one that received it (destination). */
const routing = new Schema(
  {
    origin_tenant_id: { type: String, required: true },
    origin_tenant_name: { type: String, required: true },
    origin_source_system: text,
    origin_source_system_id: text,
    origin_instance_id: text,
    origin_instance_name: text,
    destination_tenant_id: { type: String, required: true },
    destination_tenant_name: { type: String, required: true },
    destination_source_system: text,
    destination_source_system_id: text,
    destination_instance_id: text,
    destination_instance_name: text,
  },
  { _id: false },
);

/** The order lock. Set while a saga works on the order, and only by that saga. See docs/data-model.md. */
const lock = new Schema(
  {
    saga_id: { type: String, required: true },
    epoch: { type: Number, required: true },
    /** What this saga has done to the order. A repeated write finds its effect here and is not made twice. */
    applied: {
      cleared_version: Number,
      deliveries_restored: Boolean,
      progression_was: String,
      progression_absent: Boolean,
      progression_restored: Boolean,
      restored: Boolean,
    },
    /** Another saga requested the lock. */
    has_waiters: Boolean,
  },
  { _id: false },
);

/** One order with its deliveries and progression, so that each effect of a saga is one atomic update. */
export const orderSchema = new Schema(
  {
    _id: Types.ObjectId,
    routing: { type: routing, required: true },
    origin_order_number: { type: String, required: true },
    destination_order_number: text,
    /** Who chose the destination's number; absent when it was the destination. */
    destination_number_by: { type: String, enum: ['origin', 'crossroads'], default: undefined },
    po: text,
    supply_owner: { type: Object, default: null },
    delivery_window: Object,
    note: text,
    /** Planned drops. A reset does not change them. */
    drops: { type: [Object], default: [] },
    bols: { type: [Object], default: [] },
    executed_drops: { type: [Object], default: [] },
    bol_photos: { type: [Object], default: [] },
    progression_state: { type: String, required: true },
    status: { type: String, required: true },
    /** Incremented by every writer of the order. */
    version: { type: Number, required: true },
    lock,
    extra_data: { type: Object, default: {} },
    created_at: Date,
    updated_at: Date,
  },
  { collection: collections.orders, strict: 'throw', minimize: false, versionKey: false },
);

orderSchema.index({ 'routing.origin_tenant_id': 1, origin_order_number: 1 }, { unique: true, name: 'origin_number' });
orderSchema.index({ 'routing.destination_tenant_id': 1, destination_order_number: 1 }, { name: 'destination_number' });
orderSchema.index({ 'lock.saga_id': 1 }, { name: 'locked', partialFilterExpression: { 'lock.saga_id': { $exists: true } } });
