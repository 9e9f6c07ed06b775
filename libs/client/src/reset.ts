import type { HttpClient } from './http/http-client.js';
import type { ResetReply } from './wire.js';

export interface ResetInput {
  /** Your number of the order. */
  order_number?: string | undefined;
  /** Its Crossroads id. Given both, they must name the same order. */
  order_id?: string | undefined;
  /** The tenant at the other end of the order. */
  destTenantName: string;
  /** Within seven days the same key is the same reset, however often it is sent. Made up when left out. */
  idempotencyKey?: string | undefined;
  /** Your own name for the reset: 8 to 128 of A-Z a-z 0-9 . _ ~ - and not digits alone. Made up by the service when left out. */
  correlationId?: string | undefined;
  /** Seconds the reply may be held (25 at most) until there is an outcome to answer with. */
  waitS?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface ResetAccepted extends ResetReply {
  /** What to ask for it by. */
  correlationId: string;
  /** What to send it again with. */
  idempotencyKey: string;
  /** Whether it had been accepted before, under the same key or correlation id. */
  replayed: boolean;
}

/** Always sends a key, so that sending it again after a lost reply asks for no second reset. */
export const submitReset = async (send: HttpClient, input: ResetInput): Promise<ResetAccepted> => {
  const { order_number, order_id, destTenantName, idempotencyKey = crypto.randomUUID(), correlationId, waitS, signal } = input;
  const { headers, body } = await send<ResetReply>({
    method: 'POST',
    path: '/v1/order/reset',
    headers: {
      'Content-Type': 'application/json',
      'X-Dest-Tenant-Name': destTenantName,
      'Idempotency-Key': quoted(idempotencyKey),
      'X-Correlation-ID': correlationId,
      Prefer: waitS === undefined ? undefined : `wait=${Math.ceil(waitS)}`,
    },
    body: JSON.stringify({ order: { order_id, order_number } }),
    heldMs: (waitS ?? 0) * 1_000,
    signal,
    members: ['status', 'message', 'log'],
  });
  return {
    ...body,
    correlationId: headers.get('x-correlation-id') ?? body.log?.correlation_id ?? correlationId ?? '',
    idempotencyKey,
    replayed: headers.get('idempotent-replayed') === 'true',
  };
};

/** As the header's own draft has it; the service takes `abc` and `"abc"` for one key. */
const quoted = (key: string): string => `"${key.replace(/[\\"]/g, '\\$&')}"`;
