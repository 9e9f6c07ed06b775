import type { ReplyName } from './behaviour.js';

export interface Received {
  /** Idempotency key. */
  key: string;
  headers: object;
  body: unknown;
  at: string;
  /** Name of the reply. */
  reply: ReplyName;
}

export interface ReceivedRequests {
  receive(received: Received): void;
  /** Applies a key once, however often it is received. */
  apply(key: string): void;
  received(): readonly Received[];
  /** Returns how often each key took effect. Always 1. */
  applied(): Record<string, number>;
}

export const createReceivedRequests = (): ReceivedRequests => {
  const all: Received[] = [];
  const applied = new Map<string, number>();
  return {
    receive: (received) => void all.push(received),
    apply: (key) => {
      if (!applied.has(key)) applied.set(key, 1);
    },
    received: () => all,
    applied: () => Object.fromEntries(applied),
  };
};
