import type { Connection, mongo } from 'mongoose';
import mongoose from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { checkIndexes, MissingIndex } from './indexes.js';
import { GroupCommit } from './group-commit.js';
import { watchHeartbeats } from './heartbeat-watch.js';
import type { OnUnknownError } from './unknown-errors.js';
import { onUnknown } from './unknown-errors.js';
import { withTimeLimit } from './store-errors.js';

mongoose.set({ strictQuery: 'throw', sanitizeFilter: true, bufferCommands: false, autoIndex: false, autoCreate: false });

export interface StoreOptions {
  uri: string;
  /** Milliseconds one operation may take, including the wait for a server and a connection. */
  operationTimeoutMs: number;
  /** Called each time a connection cannot be opened, and when the driver has stopped monitoring. The store reconnects until `close`. */
  onConnectError?: (error: unknown) => void;
  /** Called with a server error that is neither a rejection nor labelled as temporary, at most once a minute per code. Because of it, MongoDB counts as unavailable. */
  onUnknownError?: OnUnknownError;
}

/** An open connection to MongoDB. Repositories are created from it. Until `connected` they throw StoreUnavailable. */
export interface Store {
  connection: Connection;
  commit: GroupCommit;
  /** Returns whether a majority of servers stores each write: on a replica set or a sharded cluster. Known once `connected`. */
  replicated(): boolean;
  /** Resolves once connected. */
  connected: Promise<void>;
  /** Resolves once connected with every unique index in place. Rejects when an index is missing. */
  ready: Promise<void>;
  /** Resolves when the server responds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds between two attempts to connect. */
const reconnectDelayMs = 500;

/**
 * Milliseconds between two checks of a connection pool. The driver's own value is 100, and its checks were a third of the CPU time of the idle product.
 * A check opens connections up to a minimum and closes those that are idle for too long. Neither limit is set here.
 */
const poolCheckMs = 10_000;

/** Opens the store without waiting for it, so that a process can start before its database. */
export const openStore = ({ uri, operationTimeoutMs, onConnectError, onUnknownError }: StoreOptions): Store => {
  const connection = mongoose.createConnection();
  const stopReporting = onUnknown(onUnknownError);
  let closed = false;
  let replicated = false;
  let isRouter = false;
  let client: mongo.MongoClient | undefined;
  let stopWatching = (): void => undefined;

  const connect = async (): Promise<void> => {
    while (!closed) {
      try {
        client = new mongoose.mongo.MongoClient(uri, {
          serverSelectionTimeoutMS: Math.min(2_000, operationTimeoutMs),
          connectTimeoutMS: 2_000,
          waitQueueTimeoutMS: operationTimeoutMs,
          socketTimeoutMS: operationTimeoutMs,
          heartbeatFrequencyMS: 2_000,
          retryWrites: true,
          writeConcern: { w: writeConcernFor(uri), journal: true },
        });
        // The driver reads this option of its pools, but its own parser rejects it.
        Object.assign(client.options, { minPoolSizeCheckFrequencyMS: poolCheckMs });
        connection.setClient(await client.connect());
        const { setName, msg } = await withTimeLimit(connection.db!.command({ hello: 1 }));
        isRouter = msg === 'isdbgrid';
        replicated = setName !== undefined || isRouter;
        stopWatching = watchHeartbeats(client, () => void reopen());
        return;
      } catch (error) {
        if (!closed) onConnectError?.(error);
        await disconnect().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs));
      }
    }
  };

  const disconnect = async (): Promise<void> => {
    await withTimeLimit(connection.close(true));
    await withTimeLimit(client?.close() ?? Promise.resolve());
  };

  const reopen = async (): Promise<void> => {
    onConnectError?.(new StoreUnavailable('The MongoDB driver stopped monitoring its servers. Reconnecting.'));
    await disconnect().catch(() => undefined);
    await connect();
    if (closed) await disconnect();
  };

  const connected = connect();
  /** Throws only when an index is missing. An outage during the check must not end a process that has just started, so the check is repeated. */
  const checkUntilReachable = async (): Promise<void> => {
    while (!closed) {
      try {
        return await checkIndexes(connection);
      } catch (error) {
        if (closed) return;
        if (error instanceof MissingIndex) throw error;
        onConnectError?.(error);
        await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs));
      }
    }
  };

  const ready = connected.then(checkUntilReachable);
  // Callers that need the result await it. Without this handler, Node would end any other process on a rejection.
  ready.catch(() => undefined);
  return {
    connection,
    commit: new GroupCommit(connection, () => isRouter),
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
      await disconnect();
    },
  };
};

/**
 * Returns the write concern for a URI: a majority on a replica set or a sharded cluster, or if the URI requests it.
 * A lone server acknowledges by its journal only. With a majority, the embedded engine sometimes acknowledged writes too early:
 * a kill within the next two milliseconds lost the batch.
 */
export const writeConcernFor = (uri: string): 'majority' | 1 =>
  uri.startsWith('mongodb+srv:') || hostsOf(uri).includes(',') || /[?&](replicaSet=|w=majority(&|$))/.test(uri) ? 'majority' : 1;

/** Returns the hosts of a URI. Nothing in a URI names the routers of a sharded cluster, but several hosts show a cluster. */
const hostsOf = (uri: string): string => /^mongodb:\/\/(?:[^/?]*@)?([^@/?]*)/.exec(uri)?.[1] ?? '';
