import type { PivotStep, RetryPolicy } from '@crossroads/saga';
import { done, StepRefused, StepWaits } from '@crossroads/saga';
import type { Order, SnapshotFacts } from '../order.js';
import type { DestinationReply, DispatchTerms, ResetOrderPorts } from '../ports.js';
import { orderAfterRefusal } from './keeps-cleared.js';

interface Needs {
  order: Order;
  terms: DispatchTerms;
  cleared: SnapshotFacts;
}

interface Adds {
  reply: Pick<DestinationReply, 'http_status' | 'message'>;
}

/** Up to a day in eight attempts: a destination that is down overnight is met again in the morning. */
const overADay: RetryPolicy = { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 };

/** The destination's people have this long to accept or reject before an operator has to look. */
const answerWithinMs = 7 * 24 * 3_600_000;

/** Tells the destination. At least once, with one key and the same bytes every time. */
export const dispatchReset = ({
  destinations,
  dispatchRetry,
}: Pick<ResetOrderPorts, 'destinations' | 'dispatchRetry'>): PivotStep<Needs, Adds> => ({
  name: 'dispatch-reset',
  title: 'Reset taken by the destination',
  status: { done: 'synced', refused: 'rejected' },
  retry: { ...overADay, ...dispatchRetry },
  timeoutMs: 20_000,

  async run({ order, terms, cleared }, context) {
    const { sagaId, correlationId, signal, record } = context;
    const built = await destinations.prepare(order, cleared, { dispatchKey: sagaId, correlationId });
    const request = await record('request', built, {
      title: 'Request for the destination ready',
      status: 'destination_mapped',
      message: `Goes to ${built.url}`,
      outbound_request: built,
    });
    const reply = await destinations.send(order, request, signal);
    const { message, http_status } = reply;
    const shown = { outbound_request: request, extra_data: { reply } };
    if (reply.answer === 'refused') throw new StepRefused('destination.refused', `${message} ${orderAfterRefusal(terms)}`, shown);
    if (reply.answer === 'requested') {
      throw new StepWaits('destination.requested', message, { forMs: answerWithinMs, afterwards: 'stop', status: 'requested' }, shown);
    }
    return done({ reply: { http_status, message } }, { message, ...shown });
  },
});
