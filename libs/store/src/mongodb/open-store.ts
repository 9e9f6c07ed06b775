import type { Connection } from 'mongoose';
import mongoose from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { acknowledgedBy } from './acknowledged-by.js';
import { checkIndexes } from './indexes.js';
import { GroupCommit } from './group-commit.js';
import { watchHeartbeats } from './heartbeat-watch.js';
import type { OnUnknownError } from './unknown-errors.js';
import { onUnknown } from './unknown-errors.js';
import { inTime } from './store-errors.js';

mongoose.set('strictQuery', 'throw');
mongoose.set('sanitizeFilter', true);

export interface StoreOptions {
  uri: string;
  /** Milliseconds one operation may take, waiting for a server and a connection included. */
  operationTimeoutMs: number;
  /** Called each time a connection cannot be opened, and when the driver has stopped monitoring; it is opened anew until `close`. */
  onConnectError?: (error: unknown) => void;
  /** Told of an error of the server that is no refusal and is not labelled as passing, once a minute for each code: MongoDB counts as away because of it. */
  onUnknownError?: OnUnknownError;
}

/** MongoDB, opened. Repositories are made from it; until `connected` they answer StoreUnavailable. */
export interface Store {
  connection: Connection;
  commit: GroupCommit;
  /** Whether a majority keeps what is written: a replica set, or a cluster of them. Known once `connected`. */
  replicated(): boolean;
  connected: Promise<void>;
  /** Resolves once connected with every unique index in place; rejects when an index is missing. */
  ready: Promise<void>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const secondTryAfterMs = 500;

/** Opens the store without waiting for it, so that a process may start before its database does. */
export const openStore = ({ uri, operationTimeoutMs, onConnectError, onUnknownError }: StoreOptions): Store => {
  const connection = mongoose.createConnection();
  const stopReporting = onUnknown(onUnknownError);
  let closed = false;
  let replicated = false;
  let stopWatching = (): void => undefined;

  const connect = async (): Promise<void> => {
    while (!closed) {
      try {
        await connection.openUri(uri, {
          bufferCommands: false,
          autoIndex: false,
          autoCreate: false,
          serverSelectionTimeoutMS: Math.min(2_000, operationTimeoutMs),
          connectTimeoutMS: 2_000,
          waitQueueTimeoutMS: operationTimeoutMs,
          socketTimeoutMS: operationTimeoutMs,
          heartbeatFrequencyMS: 2_000,
          retryWrites: true,
          writeConcern: { w: acknowledgedBy(uri), journal: true },
        });
        const { setName, msg } = await inTime(connection.db!.command({ hello: 1 }));
        replicated = setName !== undefined || msg === 'isdbgrid';
        stopWatching = watchHeartbeats(connection.getClient(), () => void reopen());
        return;
      } catch (error) {
        onConnectError?.(error);
        await inTime(connection.close(true)).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, secondTryAfterMs));
      }
    }
  };

  const reopen = async (): Promise<void> => {
    onConnectError?.(new StoreUnavailable('The driver has stopped monitoring MongoDB; the connection is opened anew'));
    await inTime(connection.close(true)).catch(() => undefined);
    await connect();
    if (closed) await connection.close();
  };

  const connected = connect();
  const ready = connected
    .then(() => (closed ? undefined : checkIndexes(connection)))
    .catch((error: unknown) => {
      // Whoever closes it in the middle of the check has not found an index missing.
      if (!closed) throw error;
    });
  // Whoever needs it awaits it; nobody else should be ended by it.
  ready.catch(() => undefined);
  return {
    connection,
    commit: new GroupCommit(connection),
    replicated: () => replicated,
    connected,
    ready,
    ping: async () => {
      if (!connection.db) throw new StoreUnavailable('MongoDB is not connected');
      await connection.db.command({ ping: 1 });
    },
    close: async () => {
      closed = true;
      stopWatching();
      stopReporting();
      await connection.close();
    },
  };
};
