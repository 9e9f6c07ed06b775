import { Schema } from 'mongoose';
import { collections } from '../mongodb/collections.js';

/** A saga that has been retired, for as long as anything of it is left: see retention.repository.ts. */
export const purgedSchema = new Schema(
  {
    /** The saga's id. */
    _id: { type: String, required: true },
    purged_at: { type: Date, required: true },
  },
  { collection: collections.purged, strict: 'throw', versionKey: false },
);
