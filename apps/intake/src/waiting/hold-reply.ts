import type { SagaVersion } from '@crossroads/store';
import type { Response } from 'express';
import { extendDeadline } from '../http/deadline.js';
import type { SagaWaiter } from './saga-waiter.js';

/** A reply that is held for at most `waitS` seconds, until the saga meets the condition. */
export interface HeldReply {
  sagaId: string;
  tenantId: string;
  waitS: number;
  isMet(sagaVersion: SagaVersion): boolean;
}

/** Holds a reply. Resolves when the condition is met, the time is over, the caller disconnects or the intake shuts down. */
export const holdReply = async (waiter: SagaWaiter, response: Response, { sagaId, tenantId, waitS, isMet }: HeldReply): Promise<void> => {
  extendDeadline(response, waitS * 1_000);
  const result = await waiter.waitFor({ sagaId, tenantId, isMet, timeoutMs: waitS * 1_000, signal: abortOnClose(response) });
  if (result === 'closing') response.set('Connection', 'close');
};

/** Returns a signal that aborts when the response is complete or the caller disconnects. */
export const abortOnClose = (response: Response): AbortSignal => {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return closed.signal;
};
