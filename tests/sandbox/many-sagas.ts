import { lineKeysOfRequest } from '@crossroads/order-reset';
import type { NewSaga, Store } from '@crossroads/store';
import { intakeRepository, orderBook } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { sampleOrders } from '../../apps/sandbox/src/seed/orders.js';

const [template] = sampleOrders();

/** Stores resets of as many orders, from Brightwater to Cartage, as the intake would, and rings for none of them. */
export const storeSagas = async (store: Store, count: number): Promise<NewSaga[]> => {
  const sagas = Array.from({ length: count }, (_, index) => sagaFor(`many-${index}`));
  const orders = orderBook(store);
  const intake = intakeRepository(store);
  await inBatches(sagas, ({ number, saga }) =>
    orders.put({ ...template!, order_id: saga.saga_id.replaceAll('-', '').slice(-24), origin_order_number: number, destination_order_number: `d-${saga.saga_id}` }),
  );
  await inBatches(sagas, ({ saga }) => intake.accept(saga));
  return sagas.map(({ saga }) => saga);
};

const sagaFor = (number: string): { number: string; saga: NewSaga } => {
  const { routing } = template!;
  const request = {
    order: { order_number: number },
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
  const saga: NewSaga = {
    saga_id: uuidv7(),
    correlation_id: uuidv7(),
    type: 'reset_order',
    version: 1,
    tenant_id: request.caller.tenant_id,
    line_keys: lineKeysOfRequest(request),
    request,
    inbound_request: {},
    accepted_at: new Date(),
  };
  return { number, saga };
};

const inBatches = async <T>(items: readonly T[], each: (item: T) => Promise<unknown>): Promise<void> => {
  for (let from = 0; from < items.length; from += 500) await Promise.all(items.slice(from, from + 500).map(each));
};
