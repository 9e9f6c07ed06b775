import { concurrencyKeysOfRequest } from '@crossroads/order-reset';
import type { NewSaga, OrderRecord, Store } from '@crossroads/store';
import { collections, intakeRepository } from '@crossroads/store';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { sampleOrders } from '../../apps/sandbox/src/seed/orders.js';

const [template] = sampleOrders();

export interface ManySagas {
  /** Routing of the orders; by default from Brightwater to Cartage. */
  routing?: OrderRecord['routing'];
  /** Returns the destination's order number; by default a text. */
  numbered?: (sagaId: string) => string;
}

/** Stores resets of `count` orders, as the intake does, without enqueueing them. */
export const storeSagas = async (store: Store, count: number, { routing = template!.routing, numbered = (sagaId) => `d-${sagaId}` }: ManySagas = {}): Promise<NewSaga[]> => {
  const sagas = Array.from({ length: count }, () => sagaFor(routing));
  const orders = store.connection.db!.collection(collections.orders);
  const intake = intakeRepository(store);
  const { order_id: _, ...order } = template!;
  await inBatches(sagas, async (batch) => {
    await orders.insertMany(
      batch.map(({ saga_id }) => ({
        ...order,
        _id: new mongoose.mongo.ObjectId(orderIdOf(saga_id)),
        routing,
        origin_order_number: numberOf(saga_id),
        destination_order_number: numbered(saga_id),
      })),
    );
    await Promise.all(batch.map((saga) => intake.accept(saga)));
  });
  return sagas;
};

/** Returns the order that a saga of `storeSagas` resets. */
export const orderIdOf = (sagaId: string): string => sagaId.replaceAll('-', '').slice(-24);

const numberOf = (sagaId: string): string => `many-${sagaId}`;

const sagaFor = (routing: OrderRecord['routing']): NewSaga => {
  const saga_id = uuidv7();
  const request = {
    order: { order_number: numberOf(saga_id) },
    caller: {
      tenant_id: routing.origin_tenant_id!,
      tenant_name: routing.origin_tenant_name!,
      instance_id: routing.origin_instance_id,
      instance_name: routing.origin_instance_name,
      source_system: routing.origin_source_system,
      source_system_id: routing.origin_source_system_id,
    },
    dest_tenant_name: routing.destination_tenant_name!,
  };
  return {
    saga_id,
    correlation_id: uuidv7(),
    type: 'reset_order',
    version: 1,
    tenant_id: request.caller.tenant_id,
    concurrency_keys: concurrencyKeysOfRequest(request),
    request,
    inbound_request: {},
    accepted_at: new Date(),
  };
};

const inBatches = async <T>(items: readonly T[], each: (batch: readonly T[]) => Promise<unknown>): Promise<void> => {
  for (let from = 0; from < items.length; from += 500) await each(items.slice(from, from + 500));
};
