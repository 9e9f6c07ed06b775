import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** A company on the hub. */
export const tenantSchema = new Schema(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    /** Ids of the tenants that may create orders to it. */
    partners: { type: [String], default: undefined },
    /** Days its sagas are kept after their end. For ever when absent. */
    retention_days: Number,
  },
  { collection: collections.tenants, strict: 'throw', versionKey: false },
);

tenantSchema.index({ name: 1 }, { unique: true, name: 'name' });
tenantSchema.index({ retention_days: 1 }, { name: 'retention', partialFilterExpression: { retention_days: { $exists: true } } });

/** One installation of a tenant, and where a reset for it is sent. */
export const instanceSchema = new Schema(
  {
    _id: { type: String, required: true },
    tenant_id: { type: String, required: true },
    name: { type: String, required: true },
    /** Selects the adapter that sends a reset there. */
    source_system: { type: String, required: true },
    source_system_id: { type: String, default: null },
    url: { type: String, required: true },
    /** Where the adapter finds its credentials: `env:NAME` or `file:/path`. Never the credentials themselves. */
    secret_ref: { type: String, default: null },
    /** Set by an operator, or when the destination responds that it no longer exists. No requests are sent, and its sagas wait. */
    paused: { type: Boolean, default: false },
    paused_reason: { type: String, default: null },
    /** What happens to an order when this destination rejects its reset. */
    on_rejection: { type: String, enum: ['restore', 'keep'], default: 'restore' },
  },
  { collection: collections.instances, strict: 'throw', versionKey: false },
);

instanceSchema.index({ tenant_id: 1, name: 1 }, { unique: true, name: 'tenant_instance' });

/** An API key, bound to one tenant and instance. Only its digest is stored. */
export const keySchema = new Schema(
  {
    /** Public part of the key. */
    _id: { type: String, required: true },
    sha256: { type: String, required: true },
    tenant_id: { type: String, required: true },
    instance_id: { type: String, default: null },
    scopes: { type: [String], required: true },
    created_at: { type: Date, required: true },
    expires_at: { type: Date, default: null },
    revoked_at: { type: Date, default: null },
  },
  { collection: collections.keys, strict: 'throw', versionKey: false },
);

keySchema.index({ tenant_id: 1, instance_id: 1 }, { name: 'tenant_keys' });

/** A client that exchanges its secret for tokens. It is bound to tenants and scopes, not to an instance. */
export const clientSchema = new Schema(
  {
    _id: { type: String, required: true },
    secret_sha256: { type: String, required: true },
    tenant_ids: { type: [String], required: true },
    scopes: { type: [String], required: true },
    created_at: { type: Date, required: true },
    revoked_at: { type: Date, default: null },
  },
  { collection: collections.clients, strict: 'throw', versionKey: false },
);
