import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

export interface StaleConnections {
  /** Returns a connector whose sockets are observed. */
  observed(connector: buildConnector.connector): buildConnector.connector;
  /** Returns whether a request failed with this error because its kept connection was lost before the first byte of a reply. */
  caused(error: unknown): boolean;
}

interface Use {
  requests: number;
  /** Bytes that the socket had received when the last request was written. */
  receivedBefore: number;
}

/** How often each socket of undici was used. undici itself reports neither this nor the socket of an error. */
const uses = new WeakMap<Socket, Use>();

subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { socket: Socket };
  uses.set(socket, { requests: (uses.get(socket)?.requests ?? 0) + 1, receivedBefore: socket.bytesRead });
});

/**
 * Recognises requests that failed only because the other end had closed a kept connection. That end may close a connection at any time,
 * so such a failure shows nothing about its health.
 */
export const staleConnections = (): StaleConnections => {
  const stale = new WeakSet<object>();
  return {
    observed: (connector) => (options, callback) =>
      connector(options, (...[error, socket]) => {
        if (error) return callback(error, null);
        socket.once('error', (lost: Error) => {
          const use = uses.get(socket);
          if (use && use.requests > 1 && socket.bytesRead === use.receivedBefore) stale.add(lost);
        });
        return callback(null, socket);
      }),
    caused: (error) => typeof error === 'object' && error !== null && stale.has(error),
  };
};
