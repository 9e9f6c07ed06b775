import type { Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';

/** The line between a part of the system and Redis: everything passes unless a fault is in force. MongoDB has a proxy that reads what passes. */
export interface TcpProxy {
  /** The store's address, by way of this line. */
  url: string;
  /** Nothing passes until the answer is called. What was on its way arrives then, though its sender may have given up. */
  silence(): () => void;
  /** From now on the reply to a request like this is lost: the request arrives and is carried out, then the connection breaks. */
  lose(request: RegExp, times: number): Losses;
  close(): Promise<void>;
}

export interface Losses {
  hits(): number;
  end(): void;
}

/** Milliseconds between the reply that is not brought and the end of the connection: all that was asked in one breath is carried out. */
const breakAfterMs = 20;

/** Opens a line to the Redis at `url`, which listens on a socket; `name` is the line's own socket in `folder`. */
export const openTcpProxy = async (url: string, folder: string, name: string): Promise<TcpProxy> => {
  const socket = decodeURIComponent(new URL(url).pathname);
  const own = join(folder, `${name}.sock`);
  const ends = new Set<Socket>();
  let silent = false;
  let wanted: { request: RegExp; times: number; lost: number } | undefined;

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (caller) => {
    const store = createConnection({ path: socket, allowHalfOpen: true });
    let asked = '';
    let losing = false;
    const broken = (): void => {
      caller.destroy();
      store.destroy();
    };
    for (const [from, to] of [[caller, store], [store, caller]] as const) {
      ends.add(from);
      from.on('end', () => to.end());
      from.on('error', broken);
      from.on('close', () => ends.delete(from));
      from.on('drain', () => !silent && to.resume());
    }
    const pass = (chunk: Buffer, from: Socket, to: Socket): void => void (to.write(chunk) || from.pause());
    caller.on('data', (chunk: Buffer) => {
      if (wanted && wanted.lost < wanted.times && !losing) {
        asked += chunk.toString('latin1');
        if (wanted.request.test(asked)) {
          losing = true;
          wanted.lost += 1;
        }
      }
      pass(chunk, caller, store);
    });
    store.on('data', (chunk: Buffer) => {
      asked = '';
      if (losing) setTimeout(broken, breakAfterMs);
      else pass(chunk, store, caller);
    });
    if (silent) store.pause();
    else caller.resume();
  });
  await new Promise<void>((listening) => server.listen(own, listening));

  return {
    url: `unix://${own}`,
    silence() {
      silent = true;
      for (const end of ends) end.pause();
      return () => {
        silent = false;
        for (const end of ends) end.resume();
      };
    },
    lose(request, times) {
      const losses = { request, times, lost: 0 };
      wanted = losses;
      return { hits: () => losses.lost, end: () => void (wanted = undefined) };
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const end of ends) end.destroy();
      }),
  };
};
