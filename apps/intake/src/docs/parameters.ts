const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

const header = (name: string, description: string, required: boolean, schema: object = text(128)) => ({ name, in: 'header', required, description, schema });

/** Headers and path parameters of the API. */
export const parameters = {
  tenant: header('X-Tenant-Name', 'Name of the origin tenant making the request. Optional with an API key; if sent, it must match the key.', false),
  instance: header('X-Origin-Instance-Name', 'Name of the instance creating the request. Optional with an API key.', false),
  destination: header('X-Dest-Tenant-Name', 'Name of the destination tenant that will receive the request.', true),
  otherTenant: header('X-Dest-Tenant-Name', 'Name of the other tenant of the order. Optional here.', false),
  sender: header('X-Dest-Tenant-Name', 'Name of the tenant that sent the reset.', true),
  correlationIdHeader: header(
    'X-Correlation-ID',
    'Your own id for the reset, unique within your tenant: 8 to 128 of A-Z a-z 0-9 . _ ~ - and not digits alone. The same request with the same id returns the same reset; another request gets 409. Generated if omitted.',
    false,
    { type: 'string', pattern: '^(?![0-9]+$)[A-Za-z0-9._~-]{8,128}$' },
  ),
  echoedCorrelationId: header('X-Correlation-ID', 'Your own id for this request. The response repeats it, unless it is about a reset.', false, { type: 'string' }),
  traceparent: header('traceparent', 'W3C trace context. The reset continues your trace.', false, { type: 'string' }),
  idempotencyKey: header(
    'Idempotency-Key',
    'Makes retries safe: for seven days, the same request with the same key returns the same reset, with Idempotent-Replayed: true. Another request with the key gets 422. Up to 255 characters, bare or in quotes.',
    false,
    text(514),
  ),
  prefer: header('Prefer', '`wait=N` holds the response for up to N seconds (25 at most) until there is an outcome.', false, { type: 'string' }),
  ifNoneMatch: header('If-None-Match', 'The last ETag that you received. 304 without a change. Together with wait, the response is held until the next change.', false, { type: 'string' }),
  lastEventId: header('Last-Event-ID', 'Id of the last event that you received. The stream continues after it.', false, { type: 'string' }),
  correlationId: { name: 'correlation_id', in: 'path', required: true, description: 'The correlation id of the reset.', schema: { type: 'string' } },
};
