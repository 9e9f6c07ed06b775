import type { Response } from 'express';

interface Deadline {
  timer: NodeJS.Timeout;
  onExpired(): void;
  at: number;
}

const deadlines = new WeakMap<Response, Deadline>();

/** Calls `onExpired` unless the response is complete within `ms` milliseconds. */
export const startDeadline = (response: Response, ms: number, onExpired: () => void): void => {
  deadlines.set(response, { timer: setTimeout(() => deadlines.get(response)?.onExpired(), ms), onExpired, at: performance.now() + ms });
  response.once('close', () => clearTimeout(deadlines.get(response)?.timer));
};

/** Extends the deadline by `byMs` milliseconds, for a reply that is held on purpose. All other work must fit the original time. */
export const extendDeadline = (response: Response, byMs: number): void => {
  const deadline = deadlines.get(response);
  if (!deadline || response.closed) return;
  clearTimeout(deadline.timer);
  deadline.at += byMs;
  deadline.timer = setTimeout(() => deadline.onExpired(), deadline.at - performance.now());
};

/** Replaces the action at the deadline, once another error reply applies. */
export const replaceOnExpired = (response: Response, onExpired: () => void): void => {
  const deadline = deadlines.get(response);
  if (deadline) deadline.onExpired = onExpired;
};

/** Removes the deadline, for a response without an end, such as a stream. */
export const removeDeadline = (response: Response): void => clearTimeout(deadlines.get(response)?.timer);
