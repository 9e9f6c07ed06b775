import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Handles the requests of a connection one after the other. Node parses pipelined requests at once and would start all of them.
 * Without this, a client with one connection could occupy all connections to the database. HTTP/1.1 sends the responses in order anyway.
 */
export const oneAtATime = (handle: RequestListener): RequestListener => {
  const latest = new WeakMap<Socket, ServerResponse>();
  return (request, response) => {
    const { socket } = request;
    const before = latest.get(socket);
    latest.set(socket, response);
    if (before === undefined || before.closed) handle(request, response);
    else before.once('close', () => !socket.destroyed && handle(request, response));
  };
};
