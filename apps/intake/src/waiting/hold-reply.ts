import type { Response } from 'express';
import { extendDeadline } from '../http/deadline.js';
import type { SagaWait, SagaWaiter } from './saga-waiter.js';

/** A reply that is held for at most `waitS` seconds. */
export interface HeldReply extends Omit<SagaWait, 'timeoutMs' | 'signal'> {
  waitS: number;
}

/** Holds a reply. Resolves when the condition of the wait is met, the time is over, the caller disconnects or the intake shuts down. */
export const holdReply = async (waiter: SagaWaiter, response: Response, { waitS, ...wait }: HeldReply): Promise<void> => {
  extendDeadline(response, waitS * 1_000);
  const result = await waiter.waitFor({ ...wait, timeoutMs: waitS * 1_000, signal: abortOnClose(response) });
  if (result === 'closing') response.set('Connection', 'close');
};

/** Returns a signal that aborts when the response is complete or the caller disconnects. */
export const abortOnClose = (response: Response): AbortSignal => {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return closed.signal;
};
