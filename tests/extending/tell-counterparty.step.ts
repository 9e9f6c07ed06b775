import type { Order } from '@crossroads/order-reset';
import type { RetriableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';

/** A port of this step's own: what it needs from outside, in its own words. */
export interface Notices {
  /** Knows a repeat by its key. Throws StepUnavailable for every outcome that is not known. */
  send(notice: { key: string; tenantId: string; text: string }, signal: AbortSignal): Promise<void>;
}

interface Input {
  order: Order;
  progression: { was: string };
}

/** Tells the other end. Behind the pivot, so it may be late but not refused. */
export const tellCounterparty = ({ notices }: { notices: Notices }): RetriableStep<Input, object> => ({
  name: 'tell-counterparty',
  title: 'Counterparty told',
  status: { done: 'synced', rejected: 'error' },
  retry: { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 },
  timeoutMs: 20_000,

  async run({ order, progression }, { sagaId, signal }) {
    const text = `Order ${order.counterparty.order_number} was reported ${progression.was} too early and begins anew.`;
    await notices.send({ key: sagaId, tenantId: order.counterparty.tenant_id, text }, signal);
    return done({}, { message: text });
  },
});
