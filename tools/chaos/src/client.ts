import { randomUUID } from 'node:crypto';
import type { CampaignOrder } from './campaign-orders.js';
import type { History, Submission, Trouble } from './history.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** Milliseconds after which the client gives an exchange up; well past what the intake promises. */
const givesUpMs = 8_000;

/** A caller over real HTTP, who writes down what it was told. */
export interface Client {
  /** Asks for a reset until it is answered `pending`. */
  submit(order: CampaignOrder): Promise<void>;
  /** Looks at a saga once. True once it is done. */
  look(submission: Submission): Promise<boolean>;
  /** Gives up whatever is still being asked for. */
  end(): void;
}

interface Answer {
  status: number;
  /** The name the reply gives the request. */
  correlationId: string | null;
  body: { status?: string; done?: boolean; logs?: unknown[]; log?: { saga_id: string; correlation_id: string } } | undefined;
}

export const createClient = (world: Pick<World, 'intakeUrl' | 'secrets' | 'history'>, random: Random): Client => {
  const { intakeUrl, secrets, history } = world;
  const orders = new Map<string, CampaignOrder>();
  const own = ownDelays();
  /** One look at a saga at a time: of two that overlap, the later answer may have been read earlier, and proves nothing. */
  const loadUnchanged = new Set<string>();
  let ended = false;

  const exchange = async (what: Trouble['what'], path: string, init: RequestInit): Promise<Answer> => {
    const began = performance.now();
    const at = Date.now();
    history.requests += 1;
    const { status, retryAfter, correlationId, body } = await fetch(`${intakeUrl}${path}`, { ...init, signal: AbortSignal.timeout(givesUpMs) }).then(
      async (response) => ({ status: response.status, retryAfter: response.headers.has('retry-after'), correlationId: response.headers.get('x-correlation-id'), body: (await response.json()) as Answer['body'] }),
      (error: unknown) => ({ status: error instanceof Error && error.name === 'TimeoutError' ? -1 : 0, retryAfter: false, correlationId: null, body: undefined }),
    );
    const ms = performance.now() - began - own.since(began);
    if (status !== 200 || ms > 2_500) history.troubles.push({ at, ms, until: Date.now(), what, status, retryAfter });
    return { status, correlationId, body };
  };
  const headersOf = ({ originId, destinationName }: CampaignOrder) => ({
    'X-API-Key': secrets.keys.find(({ tenant_id }) => tenant_id === originId)!.text,
    'X-Dest-Tenant-Name': destinationName,
    'Content-Type': 'application/json',
  });

  const send = async (submission: Submission, order: CampaignOrder, headers: Record<string, string>): Promise<Answer['status']> => {
    const { status, correlationId, body } = await exchange('submit', '/v1/order/reset', { method: 'POST', headers, body: JSON.stringify({ order: { order_number: order.number } }) });
    if (status === 200 && body?.log) submission.replies.push({ at: Date.now(), sagaId: body.log.saga_id, correlationId: body.log.correlation_id });
    if (status <= 0) submission.dueSagas += 1;
    // It may have been stored: the reply says by which name to send it again.
    if (status === 503 && submission.named === 'not' && correlationId !== null) headers['X-Correlation-ID'] = correlationId;
    return status;
  };

  return {
    async submit(order) {
      const named = random.pick(['correlation-id', 'correlation-id', 'idempotency-key', 'not'] as const);
      const name = randomUUID();
      const submission: Submission = { orderId: order.orderId, named, replies: [], dueSagas: 0, ...(named === 'correlation-id' && { correlationId: name }) };
      orders.set(order.orderId, order);
      history.submissions.push(submission);
      const headers = {
        ...headersOf(order),
        ...(named === 'correlation-id' && { 'X-Correlation-ID': name }),
        ...(named === 'idempotency-key' && { 'Idempotency-Key': name }),
      };
      // Some callers send everything twice; under one name that must be one reset.
      if (named !== 'not' && random.below(10) === 0) void send(submission, order, headers);
      for (let status = await send(submission, order, headers); status !== 200 && !ended; status = await send(submission, order, headers)) {
        // Comes again when it was told to; all at once and at once would be a fault of our own making.
        const restMs = status === 503 ? 2_000 : 300;
        await new Promise((resolve) => setTimeout(resolve, restMs + 700 * random.next()));
      }
    },

    async look({ orderId, replies }) {
      const [reply] = replies;
      if (!reply || loadUnchanged.has(reply.sagaId)) return false;
      loadUnchanged.add(reply.sagaId);
      const { status: httpStatus, body } = await exchange('poll', `/v1/order/reset/${reply.correlationId}`, { headers: headersOf(orders.get(orderId)!) }).finally(() => loadUnchanged.delete(reply.sagaId));
      if (httpStatus !== 200 && httpStatus !== 404) return false;
      note(history, {
        at: Date.now(),
        sagaId: reply.sagaId,
        httpStatus,
        ...(body?.status !== undefined && { status: body.status }),
        ...(body?.done !== undefined && { done: body.done }),
        ...(body?.logs && { entries: body.logs.length }),
      });
      return body?.done === true;
    },

    end() {
      ended = true;
      own.stop();
    },
  };
};

/** Milliseconds between two looks at the clock; what comes later than that was held up in this process, not by the intake. */
const tickMs = 20;

/** What this process itself was late by: it shares the machine with everything it breaks, and must not blame others for its own pauses. */
const ownDelays = (): { since(began: number): number; stop(): void } => {
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

const note = (history: History, sighting: History['sightings'][number]): void => {
  const last = lastOf.get(history) ?? new Map<string, string>();
  lastOf.set(history, last);
  const said = JSON.stringify({ ...sighting, at: 0 });
  if (last.get(sighting.sagaId) === said) return;
  last.set(sighting.sagaId, said);
  history.sightings.push(sighting);
};
