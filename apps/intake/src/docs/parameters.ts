const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

const header = (name: string, description: string, required: boolean, schema: object = text(128)) => ({ name, in: 'header', required, description, schema });

/** Headers and path parameters, each described once. */
export const parameters = {
  tenant: header('X-Tenant-Name', 'Name of the origin tenant making the request. Optional if you are authenticated by API key; if sent, it must agree with the key.', false),
  instance: header('X-Origin-Instance-Name', 'Name of the instance creating the request. Optional if you are authenticated by API key.', false),
  destination: header('X-Dest-Tenant-Name', 'Name of the destination tenant that will receive the request.', true),
  otherEnd: header('X-Dest-Tenant-Name', 'Name of the tenant at the other end. Optional here.', false),
  sender: header('X-Dest-Tenant-Name', 'Name of the tenant that sent the reset you answer.', true),
  correlationIdHeader: header(
    'X-Correlation-ID',
    'Your own name for the reset, unique to you: 8 to 128 of A-Z a-z 0-9 . _ ~ - and not digits alone. Sent again with the same request it answers the same reset; with another, 409. Made up when left out.',
    false,
    { type: 'string', pattern: '^(?![0-9]+$)[A-Za-z0-9._~-]{8,128}$' },
  ),
  idempotencyKey: header(
    'Idempotency-Key',
    'Makes it safe to send the request again: within seven days the same key answers the same reset, with Idempotent-Replayed: true. With another request it is refused with 422. Up to 255 characters, bare or in quotes.',
    false,
    text(514),
  ),
  prefer: header('Prefer', '`wait=N` holds the reply for up to N seconds (25 at most) and answers with the outcome if there is one by then.', false, { type: 'string' }),
  ifNoneMatch: header('If-None-Match', 'The ETag you have. 304 while nothing has changed; together with wait, the reply is held until there is a change.', false, { type: 'string' }),
  lastEventId: header('Last-Event-ID', 'Id of the last event you have. The stream goes on from there.', false, { type: 'string' }),
  correlationId: { name: 'correlation_id', in: 'path', required: true, description: 'The correlation id of the reset.', schema: { type: 'string' } },
};
