import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

export interface SessionDocument {
  /** Hex SHA-256 of the token in the operator's cookie. */
  _id: string;
  username: string;
  created_at: Date;
  /** After this time the session is invalid. Use of the session moves it, up to the maximum lifetime. */
  expires_at: Date;
}

/** Sessions of operators. The rights are stored with the operator, so that a change takes effect at once. */
export interface SessionRepository {
  start(session: SessionDocument): Promise<void>;
  /** Returns undefined when there is no such session, or it has expired. */
  find(id: string, now: Date): Promise<SessionDocument | undefined>;
  /** Moves the end of the session, never to an earlier time. */
  extend(id: string, expiresAt: Date): Promise<void>;
  end(id: string): Promise<void>;
  /** Deletes expired sessions. A TTL index would not do: the embedded engine never executes it. */
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
    extend: (id, expiresAt) =>
      withStoreErrors(async () => {
        await sessions().updateOne({ _id: id }, { $max: { expires_at: expiresAt } });
      }),
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
