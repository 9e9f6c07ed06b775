import type { CreateOrder } from '@crossroads/contract';
import type { Caller } from '@crossroads/platform';
import { NO_PROGRESS, routingOf } from '@crossroads/order-reset';
import type { KnownTenant, OrderRecord } from '@crossroads/store';
import { newId } from './order-log.js';

/** Returns a new order of the caller, as it is stored: known to both tenants, without progress. */
export const newOrder = (body: CreateOrder, caller: Caller, destination: KnownTenant): OrderRecord => {
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
    origin_order_number: body.origin_order_number,
    destination_order_number: body.destination_order_number ?? generatedNumber(order_id),
    destination_number_by: body.destination_order_number ? 'origin' : 'crossroads',
    po: body.po ?? null,
    supply_owner: body.supply_owner ?? null,
    delivery_window: body.delivery_window,
    note: body.note ?? null,
    drops: body.drops,
    bols: [],
    executed_drops: [],
    bol_photos: [],
    progression_state: NO_PROGRESS,
    status: 'synced',
    version: 1,
    extra_data: { ...(body.units && { units: body.units }), ...(body.created_by_hauler && { created_by_hauler: true }) },
  };
};

/** Returns a number in place of the one that the destination would assign. Only digits, because some destinations accept no other numbers. */
const generatedNumber = (orderId: string): string => String(Number.parseInt(orderId.slice(0, 8) + orderId.slice(-5), 16));
