import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const answerWithinMs = 1_000;
const everyMs = 20;

/** Whether somebody listens on the socket and, when `say` is given, answers it with a text that starts with `expect`. */
export function answers(socketPath: string, say?: string, expect = ''): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const tell = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(answerWithinMs, () => tell(false));
    socket.once('error', () => tell(false));
    socket.once('close', () => tell(false));
    socket.once('connect', () => (say === undefined ? tell(true) : socket.write(say)));
    socket.once('data', (data) => tell(data.toString().startsWith(expect)));
  });
}

/** Asks again and again until the answer is yes; rejects once `over` aborts. */
export async function until(ask: () => Promise<boolean>, over: AbortSignal): Promise<void> {
  while (!(await ask())) await pause(everyMs, undefined, { signal: over });
}
