import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { OperatorDocument } from './operator.repository.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** Manages the accounts of operators. */
export interface OperatorAccounts {
  list(): Promise<Omit<OperatorDocument, 'password_scrypt'>[]>;
  /** Deletes the operator and its sessions. Returns false when there is none of that name. */
  remove(username: string): Promise<boolean>;
  /** Ends every session of the operator, for example after a new password. */
  signOut(username: string): Promise<void>;
}

export const operatorAccounts = ({ connection }: Store): OperatorAccounts => {
  const signOut = async (username: string): Promise<void> => {
    await rawCollection(connection, collections.sessions).deleteMany({ username });
  };
  return {
    list: () =>
      withStoreErrors(() => rawCollection<OperatorDocument>(connection, collections.operators).find({}, { projection: { password_scrypt: 0 } }).sort({ _id: 1 }).toArray()),
    remove: (username) =>
      withStoreErrors(async () => {
        const { deletedCount } = await rawCollection<OperatorDocument>(connection, collections.operators).deleteOne({ _id: username });
        await signOut(username);
        return deletedCount > 0;
      }),
    signOut: (username) => withStoreErrors(() => signOut(username)),
  };
};
