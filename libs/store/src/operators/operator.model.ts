import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** A user of the operator pages. */
export const operatorSchema = new Schema(
  {
    /** The username. */
    _id: { type: String, required: true },
    /** See operator-password.ts. Never the password itself. */
    password_scrypt: { type: String, required: true },
    role: { type: String, required: true, enum: ['viewer', 'operator'] },
    created_at: { type: Date, required: true },
  },
  { collection: collections.operators, strict: 'throw', versionKey: false },
);

/** One session. The token is in the operator's cookie. Only its digest is stored. */
export const sessionSchema = new Schema(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true },
    created_at: { type: Date, required: true },
    expires_at: { type: Date, required: true },
  },
  { collection: collections.sessions, strict: 'throw', versionKey: false },
);

sessionSchema.index({ expires_at: 1 }, { name: 'expired' });
