import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

export interface OperatorKeyDocument {
  _id: string;
  /** Hex SHA-256 of the secret. */
  sha256: string;
  username: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** Keys to the operator API. A key has the rights of its operator, which are read for each request. */
export interface OperatorKeyRepository {
  find(id: string): Promise<OperatorKeyDocument | undefined>;
  list(): Promise<OperatorKeyDocument[]>;
  save(key: OperatorKeyDocument): Promise<void>;
  /** Revokes the key. Returns false when there is no such key. */
  revoke(id: string, at: Date): Promise<boolean>;
  /** Revokes every active key of the operator. Returns their number. */
  revokeAll(username: string, at: Date): Promise<number>;
}

export const operatorKeyRepository = ({ connection }: Store): OperatorKeyRepository => {
  const keys = () => rawCollection<OperatorKeyDocument>(connection, collections.operatorKeys);
  return {
    find: (id) => withStoreErrors(async () => (await keys().findOne({ _id: id })) ?? undefined),
    list: () => withStoreErrors(() => keys().find({}).sort({ username: 1, _id: 1 }).toArray()),
    save: ({ _id, ...key }) =>
      withStoreErrors(async () => {
        await keys().replaceOne({ _id }, key, { upsert: true });
      }),
    revoke: (id, at) => withStoreErrors(async () => (await keys().updateOne({ _id: id }, { $set: { revoked_at: at } })).matchedCount > 0),
    revokeAll: (username, at) => withStoreErrors(async () => (await keys().updateMany({ username, revoked_at: null }, { $set: { revoked_at: at } })).matchedCount),
  };
};
