import type { PivotStep } from '@crossroads/saga';
import { done, StepRefused, StepWaits } from '@crossroads/saga';
import type { Order, SnapshotFacts } from '../order.js';
import type { DestinationReply, ResetOrderPorts } from '../ports.js';

interface Needs {
  order: Order;
  cleared: SnapshotFacts;
}

interface Adds {
  reply: Pick<DestinationReply, 'http_status' | 'message'>;
}

/** About a day in eight attempts: a destination that is down overnight is met again in the morning. */
const overADay = { attempts: 8, firstDelayMs: 30_000, maxDelayMs: 6 * 3_600_000 };

/** The destination's people have this long to accept or reject before an operator has to look. */
const answerWithinMs = 7 * 24 * 3_600_000;

/** Tells the destination. At least once, with one key and the same bytes every time. */
export const dispatchReset = ({
  destinations,
  dispatchRetry = overADay,
}: Pick<ResetOrderPorts, 'destinations' | 'dispatchRetry'>): PivotStep<Needs, Adds> => ({
  name: 'dispatch-reset',
  title: 'Reset taken by the destination',
  status: { done: 'synced', refused: 'rejected' },
  retry: dispatchRetry,
  timeoutMs: 20_000,

  async run({ order, cleared }, context) {
    const { sagaId, correlationId, signal, record } = context;
    const built = await destinations.prepare(order, cleared, { dispatchKey: sagaId, correlationId });
    const request = await record('request', built, {
      title: 'Request for the destination ready',
      status: 'destination_mapped',
      message: `Goes to ${built.url}`,
      outbound_request: built,
    });
    const reply = await destinations.send(order, request, signal);
    if (reply.answer === 'refused') throw new StepRefused('destination.refused', reply.message);
    if (reply.answer === 'requested') {
      throw new StepWaits('destination.requested', reply.message, { forMs: answerWithinMs, afterwards: 'stop', status: 'requested' });
    }
    return done({ reply: { http_status: reply.http_status, message: reply.message } }, { message: reply.message, outbound_request: request, extra_data: { reply } });
  },
});
