import { randomBytes } from 'node:crypto';
import type { CrossroadsLogV2, Routing } from '@crossroads/contract';
import type { Caller } from '@crossroads/platform';
import type { OrderRecord } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { numberFor } from './named-order.js';

/** The change that one call made to an order. */
export interface OrderChange {
  sagaType: string;
  title: string;
  message: string;
}

/** Returns the log entry of an order call. The entry is sent and not stored, because the order itself shows the change. */
export const orderLog = (order: OrderRecord, caller: Caller, { sagaType, title, message }: OrderChange, correlationId?: string): CrossroadsLogV2 => {
  const number = numberFor(caller.tenant_id, order);
  const id = uuidv7();
  return {
    _id: newId(),
    title,
    date: new Date().toISOString(),
    status: 'succeeded',
    severity: 'low',
    routing: order.routing.origin_tenant_id === caller.tenant_id ? order.routing : reversed(order.routing),
    detail: { category: 'crossroads', message, message_short: title, traceback: null, error: null },
    metadata: { type: 'order', group_id: number, origin_order_number: number, crossroads_order_id: order.order_id },
    worker_name: 'Crossroads',
    correlation_id: correlationId ?? id,
    retried: false,
    saga_id: id,
    saga_type: sagaType,
    send_notification: false,
    outbound_request: {},
    inbound_request: {},
  };
};

/** Returns an id that sorts by time, like the ids of Crossroads. */
export const newId = (): string =>
  Math.floor(Date.now() / 1_000)
    .toString(16)
    .padStart(8, '0') + randomBytes(8).toString('hex');

/** Returns the routing of the call, not of the order: its origin is the caller. */
const reversed = (routing: Routing): Routing => ({
  origin_tenant_id: routing.destination_tenant_id,
  origin_tenant_name: routing.destination_tenant_name,
  origin_source_system: routing.destination_source_system,
  origin_source_system_id: routing.destination_source_system_id,
  origin_instance_id: routing.destination_instance_id,
  origin_instance_name: routing.destination_instance_name,
  destination_tenant_id: routing.origin_tenant_id,
  destination_tenant_name: routing.origin_tenant_name,
  destination_source_system: routing.origin_source_system,
  destination_source_system_id: routing.origin_source_system_id,
  destination_instance_id: routing.origin_instance_id,
  destination_instance_name: routing.origin_instance_name,
});
