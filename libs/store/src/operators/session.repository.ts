import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

export interface SessionDocument {
  /** Hex SHA-256 of the token in the operator's cookie. */
  _id: string;
  username: string;
  created_at: Date;
  expires_at: Date;
}

/** What an operator may do is not here but with the operator, so that taking a right away takes effect at once. */
export interface SessionRepository {
  start(session: SessionDocument): Promise<void>;
  /** Undefined when there is none, or no longer. */
  find(id: string, now: Date): Promise<SessionDocument | undefined>;
  end(id: string): Promise<void>;
  /** A TTL index would do it where there is one; the embedded engine only stores it. */
  removeExpired(now: Date): Promise<void>;
}

export const sessionRepository = ({ connection }: Store): SessionRepository => {
  const sessions = () => rawCollection<SessionDocument>(connection, collections.sessions);
  return {
    start: (session) =>
      withStoreErrors(async () => {
        await sessions().insertOne(session);
      }),
    find: (id, now) => withStoreErrors(async () => (await sessions().findOne({ _id: id, expires_at: { $gt: now } })) ?? undefined),
    end: (id) =>
      withStoreErrors(async () => {
        await sessions().deleteOne({ _id: id });
      }),
    removeExpired: (now) =>
      withStoreErrors(async () => {
        await sessions().deleteMany({ expires_at: { $lte: now } });
      }),
  };
};
