import type { Authenticator } from '@crossroads/identity';
import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { IntakeRepository } from '@crossroads/store';
import express from 'express';
import { exchange } from './exchange.js';
import { answerFailure, notFound } from './failures.js';
import { probes } from './routes/probes.route.js';
import { showReset } from './routes/show-reset.route.js';
import { submitReset } from './routes/submit-reset.route.js';
import { token } from './routes/token.route.js';

export interface IntakePorts {
  authenticator: Authenticator;
  sagas: IntakeRepository;
  bells: Bells;
  log: Log;
  /** Resolves when MongoDB answers. */
  ping(): Promise<void>;
}

/** The intake: takes a reset in, tells how it goes. */
export const intakeApp = (ports: IntakePorts): express.Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(exchange(ports.log));
  app.use(probes(ports));
  app.use('/auth', token(ports));
  app.use('/v1/order/reset', submitReset(ports), showReset(ports));
  app.use(notFound);
  app.use(answerFailure(ports.log));
  return app;
};
