import type { Response } from 'express';

/** Aborted when the exchange is over, in order or because the caller left. */
export const abortOnClose = (response: Response): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
};
