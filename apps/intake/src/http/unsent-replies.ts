import type { Response } from 'express';
import { credentialsOf } from './rate-limiter.js';

/** Bytes of replies that callers have not received, at most. */
const maxUnsentBytes = 32 * 1024 * 1024;

/** Limits the memory of replies that callers do not read. */
export interface UnsentReplies {
  /** Adds a reply until it is sent. Above the limit, closes the connection of another one. */
  add(response: Response, bytes: number): void;
}

interface Unsent {
  response: Response;
  bytes: number;
  owner: string;
}

/**
 * Above the limit, closes the oldest reply of the key or client with the most unsent bytes.
 * A caller that reads its replies therefore loses none because of another caller.
 */
export const createUnsentReplies = (limit = maxUnsentBytes, ownerOf = (response: Response): string => credentialsOf(response).id): UnsentReplies => {
  const replies = new Set<Unsent>();
  const bytesOf = new Map<string, number>();
  let total = 0;

  const count = ({ owner, bytes }: Unsent, sign: 1 | -1): void => {
    total += sign * bytes;
    const remaining = (bytesOf.get(owner) ?? 0) + sign * bytes;
    if (remaining === 0) bytesOf.delete(owner);
    else bytesOf.set(owner, remaining);
  };

  const remove = (reply: Unsent): void => {
    if (replies.delete(reply)) count(reply, -1);
  };

  // A reply behind another one on its connection emits no `close` of its own when the connection closes.
  const removeOnceClosed = (reply: Unsent): void => {
    const { socket } = reply.response.req;
    const onClose = (): void => {
      reply.response.off('close', onClose);
      socket.off('close', onClose);
      remove(reply);
    };
    reply.response.once('close', onClose);
    socket.once('close', onClose);
  };

  const closeOne = (): void => {
    const [largest] = [...bytesOf].reduce((most, each) => (each[1] > most[1] ? each : most));
    const oldest = [...replies].find(({ owner }) => owner === largest)!;
    remove(oldest);
    oldest.response.req.socket.destroy();
  };

  return {
    add: (response, bytes) => {
      const reply = { response, bytes, owner: ownerOf(response) };
      replies.add(reply);
      count(reply, 1);
      removeOnceClosed(reply);
      while (total > limit && replies.size > 1) closeOne();
    },
  };
};
