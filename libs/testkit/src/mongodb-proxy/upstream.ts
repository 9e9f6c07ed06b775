import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import type { WireMessage } from './wire-message.js';
import { messagesOf } from './wire-message.js';

/** A connection to the real server. */
export class Upstream {
  readonly socket: Socket;
  readonly #asked = new Map<number, (reply: WireMessage | undefined) => void>();
  #ending = false;

  /** Connects to the server's socket at `path`. */
  constructor(path: string, onClose: () => void) {
    this.socket = createConnection({ path });
    this.socket.on('data', messagesOf((reply) => this.#settle(reply.answers, reply)));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => {
      for (const id of this.#asked.keys()) this.#settle(id, undefined);
      onClose();
    });
  }

  get isOpen(): boolean {
    return !this.#ending && !this.socket.destroyed;
  }

  /** Sends a message and returns the reply; undefined when the connection ended before. */
  ask(message: WireMessage): Promise<WireMessage | undefined> {
    return new Promise((resolve) => {
      if (!this.isOpen) return resolve(undefined);
      if (message.expectsReply) this.#asked.set(message.id, resolve);
      else resolve(undefined);
      this.socket.write(message.bytes);
    });
  }

  /** Ends the connection after the last reply: a server executes the commands that it has received, even if their sender has ended. */
  endWhenDone(): void {
    this.#ending = true;
    if (this.#asked.size === 0) this.socket.destroy();
  }

  #settle(id: number, reply: WireMessage | undefined): void {
    this.#asked.get(id)?.(reply);
    this.#asked.delete(id);
    if (this.#ending && this.#asked.size === 0) this.socket.destroy();
  }
}
