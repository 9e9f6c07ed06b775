import type { PivotStep } from '@crossroads/saga';
import { DeferStep, done, NonRetryableError } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { approvalTimeoutMs, dispatchRetryDefault, dispatchTimeoutMs } from '../policies.js';
import type { BeginDispatch, DestinationReply, DispatchPolicy, OutboundRequest, ResetOrderPorts } from '../ports.js';
import { orderAfterRejection } from './compensation.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  cleared: SnapshotInfo;
}

interface Output {
  reply: Pick<DestinationReply, 'http_status'>;
}

/** The request in the journal. `recorded_by` is the epoch of the claim that recorded it. */
type RecordedRequest = OutboundRequest & { recorded_by?: number };

/** The label under which the step records its request. */
const requestLabel = 'request';

/** Refers to the recorded request in the log entries about it, so that the log stores the request once. */
const recordedRequest = { recorded: requestLabel } as const;

/** Returns the request from the value that the step recorded. */
export const recordedRequestOf = (recorded: object): OutboundRequest => {
  const { recorded_by: _epoch, ...request } = recorded as RecordedRequest;
  return request;
};

/** Sends the reset to the destination at least once, always with the same idempotency key and an identical body. */
export const dispatchReset = ({
  orders,
  destinations,
  dispatchRetry,
}: Pick<ResetOrderPorts, 'orders' | 'destinations' | 'dispatchRetry'>): PivotStep<Input, Output> => ({
  name: 'dispatch-reset',
  title: 'Reset accepted by the destination',
  status: { done: 'synced', rejected: 'rejected' },
  retry: { ...dispatchRetryDefault, ...dispatchRetry },
  timeoutMs: dispatchTimeoutMs,

  async run({ order, policy, cleared }, context) {
    const { sagaId, correlationId, epoch, signal, record } = context;
    // Otherwise an older claim that is still running, and gets a rejection, could restore the order although this claim sends the request.
    if (epoch > 1) await orders.relock(order.order_id, { sagaId, epoch });
    const built = await destinations.prepare(order, cleared, { dispatchKey: sagaId, correlationId });
    const begin: BeginDispatch = async () => {
      const recorded = await record<RecordedRequest>(requestLabel, { ...built, recorded_by: epoch }, {
        title: 'Request to the destination prepared',
        status: 'destination_mapped',
        message: `Will be sent to ${built.url}`,
        outbound_request: recordedRequest,
      });
      // A request that another claim recorded may have been sent, even if that worker crashed and left no other entry.
      return { request: recordedRequestOf(recorded), isRepeated: recorded.recorded_by !== epoch };
    };
    const reply = await destinations.send(order, begin, signal);
    const { message, http_status } = reply;
    const detail = { outbound_request: recordedRequest, extra_data: { reply } };
    if (reply.answer === 'rejected') {
      const { on_rejection } = policy;
      throw new NonRetryableError('destination.rejected_request', `${message} ${orderAfterRejection(policy)}`, { ...detail, extra_data: { reply, on_rejection } });
    }
    if (reply.answer === 'requested') {
      throw new DeferStep('destination.requested', message, { delayMs: approvalTimeoutMs, onTimeout: 'stop', status: 'requested' }, detail);
    }
    return done({ reply: { http_status } }, { message, ...detail });
  },
});
