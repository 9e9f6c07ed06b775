import { Router } from 'express';
import type { IntakePorts } from '../ports.js';

/** Alive: the process answers. Ready: it can store what it accepts. */
export const probes = ({ ping }: Pick<IntakePorts, 'ping'>): Router =>
  Router()
    .get('/livez', (_request, response) => {
      response.json({ status: 'ok' });
    })
    .get('/readyz', async (_request, response) => {
      const ready = await ping().then(
        () => true,
        () => false,
      );
      if (!ready) response.set('Retry-After', '2');
      response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'MongoDB does not answer' });
    });
