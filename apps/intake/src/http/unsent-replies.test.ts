import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { expect, test } from '@jest/globals';
import { createUnsentReplies } from './unsent-replies.js';

/** A reply of a key, on a connection of its own. */
const replyOf = (owner: string) => {
  const socket = new EventEmitter();
  const events = Object.assign(new EventEmitter(), { req: { socket } });
  const reply = { owner, cut: false, sent: () => events.emit('close'), disconnected: () => socket.emit('close'), response: events as unknown as Response };
  Object.assign(socket, {
    destroy: () => {
      reply.cut = true;
      socket.emit('close');
    },
  });
  return reply;
};

const unsentReplies = (limit: number) => {
  const replies = createUnsentReplies(limit, (response) => all.find((each) => each.response === response)!.owner);
  const all: ReturnType<typeof replyOf>[] = [];
  return (owner: string, bytes: number) => {
    const reply = replyOf(owner);
    all.push(reply);
    replies.add(reply.response, bytes);
    return reply;
  };
};

test('above the limit the oldest reply of the key with the most bytes is cut off', () => {
  const add = unsentReplies(100);
  const replies = [add('reader', 30), add('slow', 30), add('slow', 30), add('slow', 30)];
  expect(replies.map(({ cut }) => cut)).toEqual([false, true, false, false]);
});

test.each(['sent', 'disconnected'] as const)('a reply that was %s does not count', (how) => {
  const add = unsentReplies(100);
  add('slow', 60)[how]();
  expect([add('slow', 60), add('slow', 40)].map(({ cut }) => cut)).toEqual([false, false]);
});

test('a single reply may exceed the limit', () => {
  const add = unsentReplies(100);
  expect(add('slow', 500).cut).toBe(false);
});
