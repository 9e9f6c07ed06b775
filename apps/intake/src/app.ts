import express from 'express';
import { send } from './request-middleware.js';
import { answerFailure, notFound } from './failures.js';
import { allowOnly } from './http/allow-only.js';
import { submitSpan } from './http/submit-span.js';
import type { IntakePorts } from './ports.js';
import { createOrderRoute } from './routes/create-order.route.js';
import { decideReset } from './routes/decide-reset.route.js';
import { documents } from './routes/documents.route.js';
import { getOrder } from './routes/get-order.route.js';
import { listResets } from './routes/list-resets.route.js';
import { probes } from './routes/probes.route.js';
import { saveBolRoute } from './routes/save-bol.route.js';
import { saveDropRoute } from './routes/save-drop.route.js';
import { showReset } from './routes/show-reset.route.js';
import { streamReset } from './routes/stream-reset.route.js';
import { submitReset } from './routes/submit-reset.route.js';
import { token } from './routes/token.route.js';
import { updateStatusRoute } from './routes/update-status.route.js';

/** The intake: takes a reset in, tells how it goes; and as much of an order's other life as a reset needs around it. */
export const intakeApp = (ports: IntakePorts): express.Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', ports.trustedProxies);
  app.use(ports.timed, send(ports.log));
  app.use(allowOnly(allowed));

  if (ports.tracing) app.post('/v1/order/reset', submitSpan(ports.tracing));
  app.use('/v1/order/reset', submitReset(ports), listResets(ports), showReset(ports), streamReset(ports), decideReset(ports));
  app.use('/v1/order/get', getOrder(ports));
  app.use('/v1/order/create', createOrderRoute(ports));
  app.use('/v1/order/save_bol', saveBolRoute(ports));
  app.use('/v1/order/save_drop', saveDropRoute(ports));
  app.use('/v1/order/update_status', updateStatusRoute(ports));
  app.use('/auth', token(ports));
  app.use(probes(ports), documents());
  app.use(notFound);
  app.use(answerFailure(ports.log));
  return app;
};

const reset = '/v1/order/reset';
const one = `${reset}/:correlationId`;
const allowed = [
  { methods: ['GET', 'HEAD', 'POST'], paths: [reset] },
  { methods: ['GET', 'HEAD'], paths: [one, `${one}/events`, '/livez', '/readyz', '/openapi.json', '/docs'] },
  {
    methods: ['POST'],
    paths: [
      '/auth/token',
      ...['cancel', 'accept', 'reject'].map((decision) => `${one}/${decision}`),
      ...['get', 'create', 'save_bol', 'save_drop', 'update_status'].map((call) => `/v1/order/${call}`),
    ],
  },
];
