import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** An operator's key to the operator API. Only the digest of its secret is stored. Its rights are those of its operator. */
export const operatorKeySchema = new Schema(
  {
    _id: { type: String, required: true },
    sha256: { type: String, required: true },
    username: { type: String, required: true },
    created_at: { type: Date, required: true },
    expires_at: { type: Date, default: null },
    revoked_at: { type: Date, default: null },
  },
  { collection: collections.operatorKeys, strict: 'throw', versionKey: false },
);

operatorKeySchema.index({ expires_at: 1 }, { name: 'expired' });
operatorKeySchema.index({ revoked_at: 1 }, { name: 'revoked' });
