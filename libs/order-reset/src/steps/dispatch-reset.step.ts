import type { PivotStep, RetryPolicy } from '@crossroads/saga';
import { done, NonRetryableError, DeferStep } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import type { DestinationReply, DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { orderAfterRejection } from './stays-cleared.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  cleared: SnapshotInfo;
}

interface Output {
  reply: Pick<DestinationReply, 'http_status' | 'message'>;
}

/** Up to a day in eight attempts: a destination that is down overnight is met again in the morning. */
const overADay: RetryPolicy = { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 };

/** The destination's people have this long to accept or reject before an operator has to look. */
const approvalTimeoutMs = 7 * 24 * 3_600_000;

/** Tells the destination. At least once, with one key and the same bytes every time. */
export const dispatchReset = ({
  destinations,
  dispatchRetry,
}: Pick<ResetOrderPorts, 'destinations' | 'dispatchRetry'>): PivotStep<Input, Output> => ({
  name: 'dispatch-reset',
  title: 'Reset taken by the destination',
  status: { done: 'synced', rejected: 'rejected' },
  retry: { ...overADay, ...dispatchRetry },
  timeoutMs: 20_000,

  async run({ order, policy, cleared }, context) {
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
    if (reply.answer === 'rejected') throw new NonRetryableError('destination.rejected_request', `${message} ${orderAfterRejection(policy)}`, shown);
    if (reply.answer === 'requested') {
      throw new DeferStep('destination.requested', message, { delayMs: approvalTimeoutMs, onTimeout: 'stop', status: 'requested' }, shown);
    }
    return done({ reply: { http_status, message } }, { message, ...shown });
  },
});
