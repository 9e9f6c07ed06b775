import type { Routing } from '@crossroads/contract';
import type { NewSaga, Store } from '@crossroads/store';
import { collections, entryId } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';

/** Size of the data around the documents that a query must find. */
const tenants = 5;
const sagasEach = 600;

/** The only saga of each tenant with the status `rejected`. */
const rejectedAt = 201;

/** Returns the order_id in the request of a saga. Every third request names its order by both. */
const orderIdOf = (from: number, each: number): string => `${from}${each}`.padStart(24, '0');

const tenant = (index: number) => ({ id: `tenant-${index}`, name: `Company ${index}` });

const party = ({ id, name }: { id: string; name: string }, of: 'origin' | 'destination') => ({
  [`${of}_tenant_id`]: id,
  [`${of}_tenant_name`]: name,
  [`${of}_source_system`]: null,
  [`${of}_source_system_id`]: null,
  [`${of}_instance_id`]: null,
  [`${of}_instance_name`]: null,
});

const routing = (from: number, to: number) => ({ ...party(tenant(from), 'origin'), ...party(tenant(to), 'destination') }) as Routing;

export interface Background {
  /** One of the sagas: open, due, with a correlation id, an idempotency key and a log. */
  saga: NewSaga & { idempotency_key: string };
  /** Its order. `requested_id` is the order id in the request of the saga. */
  order: { order_id: string; requested_id: string; origin_number: string; destination_number: string; caller: string; other: string };
}

/**
 * Stores thousands of orders, sagas and log entries of several tenants. Half of the sagas have ended.
 * All tenants use the same order numbers, as real companies do.
 */
export const storeBackground = async ({ commit, connection }: Store): Promise<Background> => {
  let writes: Promise<boolean>[] = [];
  let picked: NewSaga & { idempotency_key: string } = undefined!;
  // Limits the pending writes to the queue of the store.
  const flush = async (): Promise<void> => {
    if ((await Promise.all(writes)).includes(false)) throw new Error('Two documents have the same key.');
    writes = [];
  };
  for (let each = 0; each < sagasEach; each++) {
    if (writes.length > 5_000) await flush();
    for (let from = 0; from < tenants; from++) {
      const to = (from + 1) % tenants;
      const number = String(4_000 + each);
      const _id = new connection.base.mongo.ObjectId();
      writes.push(commit.insert(collections.orders, { _id, ...orderOf(from, to, number) }));
      const saga = sagaOf(from, to, number, each);
      const { saga_id, ...rest } = saga;
      const ended = each % 2 === 1;
      const fields = { status: each === rejectedAt ? 'rejected' : ended ? 'synced' : 'pending', phase: ended ? 'ended' : 'running', epoch: 0, settled_epoch: 0, failures: 0, resumed: false };
      // Some of the waiting sagas are blocked by a destination, the others by a saga of their order.
      const isWaiting = each % 4 === 2;
      const waiting = isWaiting && { phase: 'waiting', error: { code: each % 40 === 2 ? 'destination.circuit_open' : 'order.in_use', message: 'Blocked.' } };
      const due = ended ? {} : { next_run_at: new Date(each % 4 === 0 ? 0 : Date.now() + 3_600_000) };
      writes.push(commit.insert(collections.sagas, { _id: saga_id, ...rest, ...fields, ...waiting, ...due, updated_at: saga.accepted_at }));
      for (let seq = 1; seq <= 3; seq++) {
        const step = { name: 'clear-deliveries', direction: 'run', outcome: seq === 3 ? 'done' : 'recorded', attempt: 1 };
        const journal = { label: String(seq), seq, epoch: 1, status: 'pending' };
        const extra_data = { version: seq };
        writes.push(commit.insert(collections.logs, { _id: entryId(saga_id, `${saga_id}:${seq}`), saga_id, date: new Date(), step, journal, extra_data, ...(seq === 1 && { metadata: { crossroads_order_id: _id.toHexString() } }) }));
      }
      if (each === 300 && from === 2) picked = saga;
    }
  }
  await flush();
  const order = await connection.db!.collection(collections.orders).findOne({ 'routing.origin_tenant_id': 'tenant-2', origin_order_number: '4300' });
  return {
    saga: picked,
    order: { order_id: String(order!._id), requested_id: orderIdOf(2, 300), origin_number: '4300', destination_number: 'D4300', caller: 'tenant-2', other: 'Company 3' },
  };
};

const orderOf = (from: number, to: number, number: string) => ({
  routing: routing(from, to),
  origin_order_number: number,
  destination_order_number: `D${number}`,
  status: 'synced',
  version: 1,
  progression_state: 'COMPLETE',
  bols: [],
  executed_drops: [],
});

const sagaOf = (from: number, to: number, number: string, each: number): NewSaga & { idempotency_key: string } => ({
  saga_id: uuidv7(),
  correlation_id: `correlation-${each}-${from}`,
  idempotency_key: `key-${each}`,
  type: 'reset_order',
  version: 1,
  tenant_id: `tenant-${from}`,
  concurrency_keys: [`number:tenant-${from}/${number}`],
  request: { order: { order_number: number, ...(each % 3 === 0 && { order_id: orderIdOf(from, each) }) }, caller: { tenant_id: `tenant-${from}` }, dest_tenant_name: `Company ${to}` },
  inbound_request: {},
  accepted_at: new Date(),
});
