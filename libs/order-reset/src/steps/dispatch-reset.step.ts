import type { PivotStep } from '@crossroads/saga';
import { DeferStep, done, NonRetryableError } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { approvalTimeoutMs, dispatchRetryDefault, dispatchTimeoutMs } from '../policies.js';
import type { DestinationReply, DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { orderAfterRejection } from './compensation.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  cleared: SnapshotInfo;
}

interface Output {
  reply: Pick<DestinationReply, 'http_status' | 'message'>;
}

/** Sends the reset to the destination at least once, always with the same idempotency key and an identical body. */
export const dispatchReset = ({
  destinations,
  dispatchRetry,
}: Pick<ResetOrderPorts, 'destinations' | 'dispatchRetry'>): PivotStep<Input, Output> => ({
  name: 'dispatch-reset',
  title: 'Reset accepted by the destination',
  status: { done: 'synced', rejected: 'rejected' },
  retry: { ...dispatchRetryDefault, ...dispatchRetry },
  timeoutMs: dispatchTimeoutMs,

  async run({ order, policy, cleared }, context) {
    const { sagaId, correlationId, signal, record } = context;
    const built = await destinations.prepare(order, cleared, { dispatchKey: sagaId, correlationId });
    const request = await record('request', built, {
      title: 'Request to the destination prepared',
      status: 'destination_mapped',
      message: `Will be sent to ${built.url}`,
      outbound_request: built,
    });
    const reply = await destinations.send(order, request, signal);
    const { message, http_status } = reply;
    const detail = { outbound_request: request, extra_data: { reply } };
    if (reply.answer === 'rejected') throw new NonRetryableError('destination.rejected_request', `${message} ${orderAfterRejection(policy)}`, detail);
    if (reply.answer === 'requested') {
      throw new DeferStep('destination.requested', message, { delayMs: approvalTimeoutMs, onTimeout: 'stop', status: 'requested' }, detail);
    }
    return done({ reply: { http_status, message } }, { message, ...detail });
  },
});
