import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** A viewer can only read. An operator can also act. */
export type OperatorRole = 'viewer' | 'operator';

export interface OperatorDocument {
  /** The username. */
  _id: string;
  password_scrypt: string;
  role: OperatorRole;
  created_at: Date;
}

export interface OperatorRepository {
  find(username: string): Promise<OperatorDocument | undefined>;
  /** Inserts the operator, or replaces the one with that name. */
  save(operator: OperatorDocument): Promise<void>;
}

export const operatorRepository = ({ connection }: Store): OperatorRepository => {
  const operators = () => rawCollection<OperatorDocument>(connection, collections.operators);
  return {
    find: (username) => withStoreErrors(async () => (await operators().findOne({ _id: username })) ?? undefined),
    save: ({ _id, ...operator }) =>
      withStoreErrors(async () => {
        await operators().replaceOne({ _id }, operator, { upsert: true });
      }),
  };
};
