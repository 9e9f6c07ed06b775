import type { Orders } from '@crossroads/order-reset';
import { resetRequest } from '@crossroads/order-reset';
import type { OrderQueueRepository, OrderViewRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';

export interface BlockerPorts {
  orders: Pick<Orders, 'find'>;
  orderView: Pick<OrderViewRepository, 'order'>;
  orderQueue: Pick<OrderQueueRepository, 'blockedBy'>;
  view: Pick<SagaViewRepository, 'saga'>;
}

/** The order that a waiting saga has not locked yet, and the saga that has to end first. */
export interface Blocked {
  orderId?: string;
  blocker?: SagaDocument;
}

export type ReadBlocker = (saga: SagaDocument) => Promise<Blocked>;

/**
 * Finds the saga that blocks a waiting one. The error of the waiting saga names only a saga that is open and older.
 * The saga that locks the order may be younger, or it may have stopped.
 */
export const readBlocker =
  ({ orders, orderView, orderQueue, view }: BlockerPorts): ReadBlocker =>
  async (saga) => {
    const request = resetRequest.safeParse(saga.request);
    if (saga.phase !== 'waiting' || saga.error?.code !== 'order.in_use' || !request.success) return {};
    const [order] = await orders.find(request.data);
    if (!order) return {};
    const owner = (await orderView.order(order.order_id))?.held_by;
    const blockerId = owner !== undefined && owner !== saga._id ? owner : await orderQueue.blockedBy(order, saga._id);
    const blocker = blockerId === undefined ? undefined : await view.saga(blockerId);
    return { orderId: order.order_id, ...(blocker && { blocker }) };
  };
