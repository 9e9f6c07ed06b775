import type { Order } from '@crossroads/order-reset';
import type { RetriableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';

/** The port of this step. Its adapter sends the notices. */
export interface Notices {
  /** Sends a notice. A retry has the same key. Throws RetryableError when the outcome is unknown. */
  send(notice: { key: string; tenantId: string; text: string }, signal: AbortSignal): Promise<void>;
}

interface Input {
  order: Order;
  progression: { was: string };
}

/** Notifies the counterparty. After the pivot a step may be late but must not be rejected. */
export const notifyCounterparty = ({ notices }: { notices: Notices }): RetriableStep<Input, object> => ({
  name: 'notify-counterparty',
  title: 'Counterparty notified',
  status: { done: 'synced', rejected: 'error' },
  retry: { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 },
  timeoutMs: 20_000,

  async run({ order, progression }, { sagaId, signal }) {
    const text = `Order ${order.counterparty.order_number} was reported as ${progression.was} too early. Its delivery starts again.`;
    await notices.send({ key: sagaId, tenantId: order.counterparty.tenant_id, text }, signal);
    return done({}, { message: text });
  },
});
