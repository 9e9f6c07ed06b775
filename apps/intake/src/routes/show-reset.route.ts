import { callerFor } from '@crossroads/identity';
import { Router } from 'express';
import type { IntakePorts } from '../app.js';
import { progressOf } from '../progress.js';
import { statusUrl } from '../status-url.js';

/** `GET /v1/order/reset/{correlation_id}`: how a reset goes. 200 however it ended; 404 for one that is not the caller's. */
export const showReset = ({ authenticator, sagas }: IntakePorts): Router =>
  Router().get('/:correlationId', async (request, response) => {
    const credentials = await authenticator.authenticate(request.rawHeaders);
    const tenantName = request.get('X-Tenant-Name');
    const { tenant_id } = callerFor(credentials, 'order:reset', tenantName === undefined ? {} : { tenantName });
    const correlationId = String(request.params['correlationId']);
    const saga = await sagas.byCorrelationId(tenant_id, correlationId);
    if (!saga) return void response.status(404).json({ detail: 'Reset not found' });
    const progress = progressOf(saga, await sagas.entries(saga._id));
    response.set({ 'X-Correlation-ID': correlationId, 'Content-Location': statusUrl(correlationId) });
    if (!progress.done) response.set('Retry-After', '1');
    return void response.json(progress);
  });
