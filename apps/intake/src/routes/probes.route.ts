import type { RequestHandler } from 'express';
import type { IntakePorts } from '../ports.js';

/** Responds while the process is alive. */
export const livez = (): RequestHandler => (_request, response) => {
  response.json({ status: 'ok' });
};

/** Responds with 503 while the intake cannot store requests. */
export const readyz =
  ({ ping }: Pick<IntakePorts, 'ping'>): RequestHandler =>
  async (_request, response) => {
    const isReady = await ping().then(
      () => true,
      () => false,
    );
    if (!isReady) response.set('Retry-After', '2');
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ok' : 'MongoDB does not respond' });
  };
