import type { CreateOrder } from '@crossroads/contract';
import type { Caller } from '@crossroads/platform';
import { NO_PROGRESS, routingOf } from '@crossroads/order-reset';
import type { KnownTenant, OrderRecord } from '@crossroads/store';
import { newId } from './order-log.js';

/** An order of the caller's, as it is stored: known to both ends and not begun. */
export const newOrder = (asked: CreateOrder, caller: Caller, destination: KnownTenant): OrderRecord => {
  const order_id = newId();
  const [instance] = destination.instances;
  return {
    order_id,
    routing: routingOf(caller, {
      tenant_id: destination.tenant_id,
      tenant_name: destination.tenant_name,
      source_system: instance?.source_system ?? null,
      source_system_id: instance?.source_system_id ?? null,
      instance_id: instance?.instance_id ?? null,
      instance_name: instance?.instance_name ?? null,
    }),
    origin_order_number: asked.origin_order_number,
    destination_order_number: asked.destination_order_number ?? madeUpNumber(order_id),
    po: asked.po ?? null,
    supply_owner: asked.supply_owner ?? null,
    delivery_window: asked.delivery_window,
    note: asked.note ?? null,
    drops: asked.drops,
    bols: [],
    executed_drops: [],
    bol_photos: [],
    progression_state: NO_PROGRESS,
    status: 'synced',
    version: 1,
    extra_data: { ...(asked.units && { units: asked.units }), ...(asked.created_by_hauler && { created_by_hauler: true }) },
  };
};

/** Stands in for the number the destination would assign: digits only, since some destinations know no other numbers, and within a safe integer. */
const madeUpNumber = (orderId: string): string => String(Number.parseInt(orderId.slice(0, 8) + orderId.slice(-5), 16));
