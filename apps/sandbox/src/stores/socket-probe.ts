import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const replyWithinMs = 1_000;
const everyMs = 20;

/** Returns whether a process listens on the socket and, when `request` is given, replies to it with a text that starts with `expect`. */
export function isServed(socketPath: string, request?: string, expect = ''): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(replyWithinMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => (request === undefined ? finish(true) : socket.write(request)));
    socket.once('data', (data) => finish(data.toString().startsWith(expect)));
  });
}

/** Polls a condition until it is true. Rejects once `over` aborts. */
export async function until(condition: () => Promise<boolean>, over: AbortSignal): Promise<void> {
  while (!(await condition())) await pause(everyMs, undefined, { signal: over });
}
