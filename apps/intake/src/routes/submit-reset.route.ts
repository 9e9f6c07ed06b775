import { readResetRequest } from '@crossroads/contract';
import type { ResetReply } from '@crossroads/contract';
import { callerFor } from '@crossroads/identity';
import { lineKeysOfRequest } from '@crossroads/order-reset';
import type { ResetRequest } from '@crossroads/order-reset';
import type { NewSaga } from '@crossroads/store';
import { raw, Router } from 'express';
import { uuidv7 } from 'uuidv7';
import { acceptedLog } from '../accepted-log.js';
import type { IntakePorts } from '../app.js';
import { statusUrl } from '../status-url.js';

const readBytes = raw({ type: () => true, limit: 16_384, inflate: false });

/** `POST /v1/order/reset`: store the saga, answer `pending`, ring the bell. In this order, so that nothing answered can be lost. */
export const submitReset = ({ authenticator, sagas, bells, log }: IntakePorts): Router =>
  Router().post('/', readBytes, async (request, response) => {
    const credentials = await authenticator.authenticate(request.rawHeaders);
    const read = readResetRequest({
      rawHeaders: request.rawHeaders,
      contentType: request.headers['content-type'],
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      tenantNameRequired: credentials.kind === 'token',
    });
    if (!read.ok) return void response.status(read.problem.status).json(read.problem.body);

    const { credentials: _, ...caller } = callerFor(credentials, 'order:reset', read.value.headers);
    const saga = newSaga({ order: read.value.order, caller, dest_tenant_name: read.value.headers.destTenantName });
    await sagas.accept(saga);

    response.set({ 'X-Correlation-ID': saga.correlation_id, 'Content-Location': statusUrl(saga.correlation_id), 'Retry-After': '1' });
    response.json({ status: 'pending', message: accepted, log: acceptedLog(saga) } satisfies ResetReply);
    bells
      .ring({ sagaId: saga.saga_id, correlationId: saga.correlation_id, type: saga.type, epoch: 0 })
      .catch((error: unknown) => log.warn('the bell may not have rung; a sweep will', { saga_id: saga.saga_id, error }));
  });

const accepted = 'The request has been accepted and is being processed asynchronously.';

const newSaga = (request: ResetRequest): NewSaga => ({
  saga_id: uuidv7(),
  correlation_id: uuidv7(),
  type: 'reset_order',
  version: 1,
  tenant_id: request.caller.tenant_id,
  line_keys: lineKeysOfRequest(request),
  request,
  inbound_request: {
    method: 'POST',
    path: '/v1/order/reset',
    headers: { 'X-Tenant-Name': request.caller.tenant_name, 'X-Dest-Tenant-Name': request.dest_tenant_name },
    body: { order: request.order },
  },
  accepted_at: new Date(),
});
