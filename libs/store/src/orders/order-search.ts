import type { Routing } from '@crossroads/contract';
import type { Party, Order, ResetRequest } from '@crossroads/order-reset';
import mongoose from 'mongoose';
import { BatchLoader } from '../mongodb/batch-loader.js';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { OrderKeys } from './order-key.js';

const { ObjectId } = mongoose.mongo;

/** BSON types of the fields that a reset clears, without their contents. */
const fieldTypes = {
  types: { bols: { $type: '$bols' }, executed_drops: { $type: '$executed_drops' }, progression_state: { $type: '$progression_state' }, version: { $type: '$version' }, lock: { $type: '$lock' }, 'lock owner': { $type: '$lock.saga_id' } },
} as const;

/** An order as the search reads it. */
interface FoundOrder {
  _id: InstanceType<typeof ObjectId>;
  routing: Routing & Record<`${'origin' | 'destination'}_tenant_${'id' | 'name'}`, string>;
  origin_order_number: string;
  destination_order_number: string | null;
  destination_number_by?: string;
  status: string;
  version: number;
  types: Record<keyof typeof fieldTypes.types, string>;
}

/**
 * Returns a function that finds the orders a request may mean, at most two. Those with a number that the caller chose come first.
 * Requests that arrive together are one query. Stores the shard keys of all orders it reads.
 */
export const orderSearch = ({ connection }: Store, keys: OrderKeys): ((request: ResetRequest) => Promise<Order[]>) => {
  const candidates = new BatchLoader<ResetRequest, FoundOrder[]>((requests) =>
    withStoreErrors(async () => {
      const found = await rawCollection<FoundOrder>(connection, collections.orders)
        .find(matchingAny(requests), { projection: { routing: 1, origin_order_number: 1, destination_order_number: 1, destination_number_by: 1, status: 1, version: 1, ...fieldTypes } })
        .toArray();
      for (const order of found) keys.store(order);
      return new Map(requests.map((request) => [request, found.filter((order) => matchesRequest(order, request))]));
    }),
  );
  return async (request) => {
    const found = ((await candidates.get(request)) ?? []).map((order) => toOrder(request.caller.tenant_id, order));
    return found.toSorted((a, b) => Number(a.number_is_foreign ?? false) - Number(b.number_is_foreign ?? false)).slice(0, 2);
  };
};

const isObjectId = /^[0-9a-f]{24}$/i;

/** Returns a filter for every order that one of the requests may mean, and possibly more: by id, by the origin's or the destination's number. */
const matchingAny = (requests: readonly ResetRequest[]): object => {
  const ids = requests.flatMap(({ order }) => (order.order_id !== undefined && isObjectId.test(order.order_id) ? [new ObjectId(order.order_id)] : []));
  const byNumber = requests.filter(({ order }) => order.order_id === undefined);
  const tenants = { $in: byNumber.map(({ caller }) => caller.tenant_id) };
  const numbers = { $in: byNumber.map(({ order }) => order.order_number) };
  return {
    $or: [
      { _id: { $in: ids } },
      { 'routing.origin_tenant_id': tenants, origin_order_number: numbers },
      { 'routing.destination_tenant_id': tenants, destination_order_number: numbers },
    ],
  };
};

/** Returns whether the order is between the two tenants of the request, in either direction. To a caller, any other order does not exist. */
const matchesRequest = ({ _id, routing, origin_order_number, destination_order_number }: FoundOrder, { order, caller, dest_tenant_name }: ResetRequest): boolean => {
  // Another system may store an order without routing. Such an order is of no pair of tenants, and must not fail the other requests of the batch.
  if (!routing) return false;
  const made = routing.origin_tenant_id === caller.tenant_id && routing.destination_tenant_name === dest_tenant_name;
  const received = routing.destination_tenant_id === caller.tenant_id && routing.origin_tenant_name === dest_tenant_name;
  if (order.order_id !== undefined) return (made || received) && _id.toHexString() === order.order_id.toLowerCase();
  return (made && origin_order_number === order.order_number) || (received && destination_order_number === order.order_number);
};

/** Returns the order from the caller's point of view. */
const toOrder = (tenantId: string, found: FoundOrder): Order => {
  const { _id, status, routing, origin_order_number, destination_order_number } = found;
  const malformed = malformationOf(found);
  const origin: Party = {
    tenant_id: routing.origin_tenant_id,
    tenant_name: routing.origin_tenant_name,
    instance_id: routing.origin_instance_id,
    instance_name: routing.origin_instance_name,
    source_system: routing.origin_source_system,
    source_system_id: routing.origin_source_system_id,
    order_number: origin_order_number,
  };
  const destination: Party = {
    tenant_id: routing.destination_tenant_id,
    tenant_name: routing.destination_tenant_name,
    instance_id: routing.destination_instance_id,
    instance_name: routing.destination_instance_name,
    source_system: routing.destination_source_system,
    source_system_id: routing.destination_source_system_id,
    order_number: destination_order_number,
  };
  const callerMadeIt = origin.tenant_id === tenantId;
  return {
    order_id: _id.toHexString(),
    status,
    caller: callerMadeIt ? origin : destination,
    counterparty: callerMadeIt ? destination : origin,
    ...(!callerMadeIt && found.destination_number_by !== undefined && { number_is_foreign: true as const }),
    ...(malformed !== undefined && { malformed }),
  };
};

/** BSON types that a reset can clear and restore. */
const allowedTypes = {
  bols: ['array', 'null', 'missing'],
  executed_drops: ['array', 'null', 'missing'],
  progression_state: ['string', 'null', 'missing'],
  version: ['int', 'long', 'double'],
  lock: ['object', 'missing'],
  'lock owner': ['string', 'missing'],
} satisfies Record<string, string[]>;

/**
 * Returns why the order cannot be reset, or undefined. Every write compares and increments `version`.
 * A text, null or a number that JavaScript cannot represent would never match, or never change.
 */
const malformationOf = ({ types, version }: FoundOrder): string | undefined => {
  for (const [field, allowed] of Object.entries(allowedTypes)) {
    const type = types[field as keyof typeof allowedTypes];
    if (!allowed.includes(type)) return type === 'missing' ? `it has no ${field}` : `its ${field} is of type ${type}`;
  }
  if (types.lock === 'object' && types['lock owner'] === 'missing') return 'its lock names no saga';
  const number = Number(version);
  return Number.isSafeInteger(number) && number >= 0 ? undefined : 'its version is not a non-negative integer';
};
