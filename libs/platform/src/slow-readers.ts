import type { Server, ServerResponse } from 'node:http';

/** Checks per timeout. A connection is closed at most this fraction of the timeout late. */
const checks = 8;

/**
 * Closes each connection that has unsent bytes at every check for `timeoutMs` milliseconds during one response.
 * Node's own socket timeout starts again with every byte, so a client that reads one byte a second would keep a large response in memory.
 */
export const cutSlowReaders = (server: Server, timeoutMs: number, onCut: () => void): void => {
  /** Open responses, with the number of checks in a row that found unsent bytes. */
  const open = new Map<ServerResponse, number>();

  server.on('request', (_request, response) => {
    open.set(response, 0);
    response.once('close', () => open.delete(response));
  });

  const timer = setInterval(() => {
    for (const [response, found] of open) {
      // A response behind another one on its connection emits no `close` of its own.
      if (response.req.socket.destroyed) {
        open.delete(response);
        continue;
      }
      // Undefined for a response that waits for an earlier one of the same connection.
      const isBehind = (response.socket?.writableLength ?? 0) > 0;
      open.set(response, isBehind ? found + 1 : 0);
      if (!isBehind || found < checks) continue;
      response.destroy();
      onCut();
    }
  }, timeoutMs / checks);
  timer.unref();
  server.once('close', () => clearInterval(timer));
};
