import { randomUUID } from 'node:crypto';
import type { CampaignOrder } from './campaign-orders.js';
import type { History, Submission, Trouble } from './history.js';
import type { Random } from './random.js';
import type { Harness } from './harness.js';

/** Milliseconds after which the client aborts a request; well above the 3 s that the intake promises. */
const timeoutMs = 8_000;

/** A caller over real HTTP that records every response. */
export interface Client {
  /** Submits a reset again and again until the response is `pending`. */
  submit(order: CampaignOrder): Promise<void>;
  /** Polls a saga once. Returns true once the saga is done. */
  poll(submission: Submission): Promise<boolean>;
  /** Stops all submissions that are still being retried. */
  end(): void;
}

interface Reply {
  /** 0: the connection was cut; -1: no response before the timeout. */
  status: number;
  correlationId: string | null;
  body: { status?: string; done?: boolean; log_count?: number; log?: { saga_id: string; correlation_id: string } } | undefined;
}

export const createClient = (harness: Pick<Harness, 'intakeUrl' | 'secrets' | 'history'>, random: Random): Client => {
  const { intakeUrl, secrets, history } = harness;
  const orders = new Map<string, CampaignOrder>();
  const ownDelay = measureOwnDelay();
  /** Sagas with a poll in flight. Two overlapping polls prove nothing: the later response may be the older read. */
  const polling = new Set<string>();
  let ended = false;

  const send = async (what: Trouble['what'], path: string, init: RequestInit): Promise<Reply> => {
    const began = performance.now();
    const at = Date.now();
    history.requests += 1;
    const { status, retryAfter, correlationId, body } = await fetch(`${intakeUrl}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) }).then(
      async (response) => ({ status: response.status, retryAfter: response.headers.has('retry-after'), correlationId: response.headers.get('x-correlation-id'), body: (await response.json()) as Reply['body'] }),
      (error: unknown) => ({ status: error instanceof Error && error.name === 'TimeoutError' ? -1 : 0, retryAfter: false, correlationId: null, body: undefined }),
    );
    const ms = performance.now() - began - ownDelay.since(began);
    if (status !== 200 || ms > 2_500) history.troubles.push({ at, ms, until: Date.now(), what, status, retryAfter });
    return { status, correlationId, body };
  };
  const headersOf = ({ originId, destinationName }: CampaignOrder) => ({
    'X-API-Key': secrets.keys.find(({ tenant_id }) => tenant_id === originId)!.text,
    'X-Dest-Tenant-Name': destinationName,
    'Content-Type': 'application/json',
  });

  const submitOnce = async (submission: Submission, order: CampaignOrder, headers: Record<string, string>): Promise<Reply['status']> => {
    const { status, correlationId, body } = await send('submit', '/v1/order/reset', { method: 'POST', headers, body: JSON.stringify({ order: { order_number: order.number } }) });
    if (status === 200 && body?.log) submission.replies.push({ at: Date.now(), sagaId: body.log.saga_id, correlationId: body.log.correlation_id });
    if (status <= 0) submission.unanswered += 1;
    // The saga may have been stored. A retry with the correlation id of the reply cannot create a second one.
    if (status === 503 && submission.named === 'not' && correlationId !== null) headers['X-Correlation-ID'] = correlationId;
    return status;
  };

  return {
    async submit(order) {
      const named = random.pick(['correlation-id', 'correlation-id', 'idempotency-key', 'not'] as const);
      const id = randomUUID();
      const submission: Submission = { orderId: order.orderId, named, replies: [], unanswered: 0, ...(named === 'correlation-id' && { correlationId: id }) };
      orders.set(order.orderId, order);
      history.submissions.push(submission);
      const headers = {
        ...headersOf(order),
        ...(named === 'correlation-id' && { 'X-Correlation-ID': id }),
        ...(named === 'idempotency-key' && { 'Idempotency-Key': id }),
      };
      // Some callers send every request twice. With one id, both requests must become one reset.
      if (named !== 'not' && random.below(10) === 0) void submitOnce(submission, order, headers);
      for (let status = await submitOnce(submission, order, headers); status !== 200 && !ended; status = await submitOnce(submission, order, headers)) {
        // Spread the retries: without a random delay all callers would return at the same moment.
        const delayMs = status === 503 ? 2_000 : 300;
        await new Promise((resolve) => setTimeout(resolve, delayMs + 700 * random.next()));
      }
    },

    async poll({ orderId, replies }) {
      const [reply] = replies;
      if (!reply || polling.has(reply.sagaId)) return false;
      polling.add(reply.sagaId);
      const { status: httpStatus, body } = await send('poll', `/v1/order/reset/${reply.correlationId}`, { headers: headersOf(orders.get(orderId)!) }).finally(() => polling.delete(reply.sagaId));
      if (httpStatus !== 200 && httpStatus !== 404) return false;
      recordSighting(history, {
        at: Date.now(),
        sagaId: reply.sagaId,
        httpStatus,
        ...(body?.status !== undefined && { status: body.status }),
        ...(body?.done !== undefined && { done: body.done }),
        ...(body?.log_count !== undefined && { entries: body.log_count }),
      });
      return body?.done === true;
    },

    end() {
      ended = true;
      ownDelay.stop();
    },
  };
};

/** Milliseconds between two timer ticks. A tick that is later than this was delayed in this process. */
const tickMs = 20;

/** Measures pauses of this process. It shares the machine with the system under test, so its own pauses must not count as slow responses. */
const measureOwnDelay = (): { since(began: number): number; stop(): void } => {
  let delays: { at: number; ms: number }[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > 2 * tickMs) delays = [...delays.slice(-500), { at: now, ms: now - last - tickMs }];
    last = now;
  }, tickMs);
  return {
    since: (began) => delays.reduce((sum, { at, ms }) => (at > began ? sum + Math.min(ms, at - began) : sum), 0),
    stop: () => clearInterval(timer),
  };
};

const lastOf = new WeakMap<History, Map<string, string>>();

/** Records a sighting unless it equals the last one of the saga. */
const recordSighting = (history: History, sighting: History['sightings'][number]): void => {
  const last = lastOf.get(history) ?? new Map<string, string>();
  lastOf.set(history, last);
  const content = JSON.stringify({ ...sighting, at: 0 });
  if (last.get(sighting.sagaId) === content) return;
  last.set(sighting.sagaId, content);
  history.sightings.push(sighting);
};
