import type { ReplyName } from './behaviour.js';

export interface Received {
  /** The idempotency key. */
  key: string;
  headers: object;
  body: unknown;
  at: string;
  /** How it was answered. */
  reply: ReplyName;
}

export interface Memory {
  receive(received: Received): void;
  /** Applies a key once, however often it comes. */
  apply(key: string): void;
  received(): readonly Received[];
  /** How often each key took effect: 1, or something is wrong. */
  applied(): Record<string, number>;
}

export const createMemory = (): Memory => {
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
