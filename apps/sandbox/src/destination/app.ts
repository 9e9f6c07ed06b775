import express from 'express';
import { z } from 'zod';
import { createBehaviour, replies } from './behaviour.js';
import { createReceivedRequests } from './received-requests.js';

const behave = z.object({
  order_number: z.string().default('*'),
  reply: z.enum(replies),
  times: z.number().int().positive().optional(),
  delay_ms: z.number().int().nonnegative().default(0),
});

/** A simulated destination. It records requests and responds as configured with `POST /behave`. */
export const destinationApp = (): express.Express => {
  const requests = createReceivedRequests();
  const behaviour = createBehaviour();
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());

  app.get('/received', (_request, response) => {
    response.json(requests.received());
  });
  app.get('/applied', (_request, response) => {
    response.json(requests.applied());
  });
  app.post('/behave', (request, response) => {
    const order = behave.safeParse(request.body);
    if (!order.success) return void response.status(422).json({ detail: z.prettifyError(order.error) });
    behaviour.set(order.data);
    return void response.json({ ok: true });
  });
  app.post('/webhooks/:instance', async (request, response) => {
    const key = request.get('idempotency-key') ?? request.get('webhook-id') ?? '';
    const reply = behaviour.next(orderNumbersIn(request.body));
    requests.receive({ key, headers: request.headers, body: request.body as unknown, at: new Date().toISOString(), reply: reply.name });
    if (reply.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
    if (reply.name === 'hang') return;
    if (reply.name === 'ok') requests.apply(key);
    response.status(reply.status).type(reply.type).send(reply.body);
  });
  return app;
};

/** Returns every order number in the request, of both ends. */
const orderNumbersIn = (body: unknown): string[] => {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]) =>
    key.endsWith('order_number') && (typeof value === 'string' || typeof value === 'number') ? [String(value)] : orderNumbersIn(value),
  );
};
