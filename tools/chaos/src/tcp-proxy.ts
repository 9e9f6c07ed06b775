import type { Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';

/** A TCP proxy between a part of the system and Redis. Without a fault it passes all data. MongoDB has a proxy that decodes commands. */
export interface TcpProxy {
  /** URL of Redis through this proxy. */
  url: string;
  /** Stalls all data until the returned function is called. Data in flight arrives then, even if its sender has given up. */
  silence(): () => void;
  /** Lets Redis execute matching requests, and cuts their connections before the replies arrive. */
  loseReply(request: RegExp, times: number): LossRule;
  close(): Promise<void>;
}

export interface LossRule {
  hits(): number;
  end(): void;
}

/** Milliseconds between a dropped reply and the end of the connection, so that Redis executes the whole pipeline. */
const cutAfterMs = 20;

/** Opens a proxy to the Redis at `url`, a Unix socket. The proxy listens on the socket `name` in `folder`. */
export const openTcpProxy = async (url: string, folder: string, name: string): Promise<TcpProxy> => {
  const socket = decodeURIComponent(new URL(url).pathname);
  const own = join(folder, `${name}.sock`);
  const ends = new Set<Socket>();
  let silent = false;
  let active: { request: RegExp; times: number; lost: number } | undefined;

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (caller) => {
    const store = createConnection({ path: socket, allowHalfOpen: true });
    let requested = '';
    let isLosing = false;
    const cut = (): void => {
      caller.destroy();
      store.destroy();
    };
    for (const [from, to] of [[caller, store], [store, caller]] as const) {
      ends.add(from);
      from.on('end', () => to.end());
      from.on('error', cut);
      from.on('close', () => ends.delete(from));
      from.on('drain', () => !silent && to.resume());
    }
    const pass = (chunk: Buffer, from: Socket, to: Socket): void => void (to.write(chunk) || from.pause());
    caller.on('data', (chunk: Buffer) => {
      if (active && active.lost < active.times && !isLosing) {
        requested += chunk.toString('latin1');
        if (active.request.test(requested)) {
          isLosing = true;
          active.lost += 1;
        }
      }
      pass(chunk, caller, store);
    });
    store.on('data', (chunk: Buffer) => {
      requested = '';
      if (isLosing) setTimeout(cut, cutAfterMs);
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
    loseReply(request, times) {
      const rule = { request, times, lost: 0 };
      active = rule;
      return { hits: () => rule.lost, end: () => void (active = undefined) };
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const end of ends) end.destroy();
      }),
  };
};
