import { z } from 'zod';
import type { LogSubject, Order } from './order.js';
import { routingOf } from './order.js';

const text = z.string().min(1);

/** The stored request of a reset: the caller, the destination, and the order. */
export const resetRequest = z.object({
  order: z.object({ order_id: text.optional(), order_number: text.optional() }),
  caller: z.object({
    tenant_id: text,
    tenant_name: text,
    instance_id: text.nullable(),
    instance_name: text.nullable(),
    source_system: text.nullable(),
    source_system_id: text.nullable(),
  }),
  dest_tenant_name: text,
});

export type ResetRequest = z.infer<typeof resetRequest>;

/**
 * Returns what a log entry records about its order, from the stored request of a saga and the state of its steps.
 * Until the order is found, the counterparty is only the name in the request. With its ids from our directory, the log would disclose to any caller which tenants exist.
 * A request that does not match the schema gives an empty subject: a saga that stopped because of its request must still be terminable.
 */
export const subjectOf = (stored: object, { order }: { order?: Order }): LogSubject => {
  const { data: request = unreadable } = resetRequest.safeParse(stored);
  const number = order?.caller.order_number ?? request.order.order_number ?? null;
  return {
    routing: order
      ? routingOf(order.caller, order.counterparty)
      : { ...routingOf(request.caller, { ...unknown, tenant_id: '', tenant_name: request.dest_tenant_name }), destination_tenant_id: null },
    metadata: {
      type: 'order',
      group_id: number,
      origin_order_number: number,
      crossroads_order_id: order?.order_id ?? request.order.order_id ?? null,
    },
  };
};

const unknown = { tenant_id: null, instance_id: null, instance_name: null, source_system: null, source_system_id: null };

const unreadable: ResetRequest = { order: {}, caller: { ...unknown, tenant_id: '', tenant_name: '' }, dest_tenant_name: '' };

/**
 * Returns the concurrency keys of a request: every name it gives its order. Requests that share a key may be about one order,
 * so they share an order queue. Keys are compared before orders are looked up; a false match only costs a short wait.
 */
export const concurrencyKeysOfRequest = ({ order, caller }: ResetRequest): string[] => [
  ...(order.order_id === undefined ? [] : [`id:${order.order_id.toLowerCase()}`]),
  ...(order.order_number === undefined ? [] : [`number:${caller.tenant_id}/${order.order_number}`]),
];

/** Returns every concurrency key that a request about this order may have. */
export const concurrencyKeysOfOrder = ({ order_id, caller, counterparty }: Order): string[] => [
  `id:${order_id}`,
  ...[caller, counterparty].flatMap(({ tenant_id, order_number }) =>
    order_number === null ? [] : [`number:${tenant_id}/${order_number}`],
  ),
];
