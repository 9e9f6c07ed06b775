import { z } from 'zod';
import type { Order } from './order.js';
import type { LogSubject } from './order.js';
import { routingOf } from './order.js';

const text = z.string().min(1);

/** What the intake stores of a reset: who asks, who is to be told, and which order. */
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
 * Until the order is found the counterparty is only a name the caller gave: filling in its ids
 * from our directory would tell a stranger which tenants exist.
 */
export const subjectOf = (request: ResetRequest, { order }: { order?: Order }): LogSubject => {
  const nobody = { tenant_id: null, instance_id: null, instance_name: null, source_system: null, source_system_id: null };
  const number = order?.caller.order_number ?? request.order.order_number ?? null;
  return {
    routing: order
      ? routingOf(order.caller, order.counterparty)
      : { ...routingOf(request.caller, { ...nobody, tenant_id: '', tenant_name: request.dest_tenant_name }), destination_tenant_id: null },
    metadata: {
      type: 'order',
      group_id: number,
      origin_order_number: number,
      crossroads_order_id: order?.order_id ?? request.order.order_id ?? null,
    },
  };
};

/**
 * Every name a request may call its order by. Requests that share a key may be about one order, so they wait in one line:
 * keys are compared before orders are looked up, and a false match only costs a short wait.
 */
export const concurrencyKeysOfRequest = ({ order, caller }: ResetRequest): string[] => [
  ...(order.order_id === undefined ? [] : [`id:${order.order_id.toLowerCase()}`]),
  ...(order.order_number === undefined ? [] : [`number:${caller.tenant_id}/${order.order_number}`]),
];

/** Every key under which a request about this order may stand in line. */
export const concurrencyKeysOfOrder = ({ order_id, caller, counterparty }: Order): string[] => [
  `id:${order_id}`,
  ...[caller, counterparty].flatMap(({ tenant_id, order_number }) =>
    order_number === null ? [] : [`number:${tenant_id}/${order_number}`],
  ),
];
