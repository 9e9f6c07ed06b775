import mongoose from 'mongoose';

const { ObjectId } = mongoose.mongo;

/** The fields that an order's shard is found by. See docs/scaling.md. */
interface ShardKey {
  'routing.origin_tenant_id': string;
  origin_order_number: string;
}

interface Found {
  _id: InstanceType<typeof ObjectId>;
  routing?: { origin_tenant_id: string; destination_tenant_id: string };
  origin_order_number: string;
}

/** Orders stored at most. A process works on fewer at once. */
const maxKeys = 10_000;

/**
 * Caches the shard keys of recently found orders, so that later queries on a sharded cluster ask one shard. Without the key, a query asks all shards.
 * An order's number may change after it was found. So when a filter with the key matches nothing, the caller must forget the key.
 * Only the filter without the key shows that the order does not match.
 */
export class OrderKeys {
  readonly #keys = new Map<string, ShardKey>();
  readonly #tenants = new Map<string, string[]>();

  store({ _id, routing, origin_order_number }: Found): void {
    if (typeof routing?.origin_tenant_id !== 'string' || typeof origin_order_number !== 'string') return;
    if (this.#keys.size >= maxKeys) this.forget(this.#keys.keys().next().value!);
    this.#keys.set(_id.toHexString(), { 'routing.origin_tenant_id': routing.origin_tenant_id, origin_order_number });
    this.#tenants.set(_id.toHexString(), [routing.origin_tenant_id, routing.destination_tenant_id]);
  }

  /** Returns a filter for the order, with its shard key if known. */
  of(orderId: string): { _id: InstanceType<typeof ObjectId> } & Partial<ShardKey> {
    return { _id: new ObjectId(orderId), ...this.#keys.get(orderId) };
  }

  /** Returns a filter for all of the orders, with their shard keys if all are known. */
  ofAll(orderIds: readonly string[]): object {
    const _id = { $in: orderIds.map((id) => new ObjectId(id)) };
    const keys = orderIds.map((id) => this.#keys.get(id));
    if (keys.includes(undefined)) return { _id };
    const all = (name: keyof ShardKey) => ({ $in: [...new Set(keys.map((key) => key![name]))] });
    return { _id, 'routing.origin_tenant_id': all('routing.origin_tenant_id'), origin_order_number: all('origin_order_number') };
  }

  /** Returns the tenants at both ends of the order, if known. Only they have sagas about it. */
  tenantsOf(orderId: string): readonly string[] | undefined {
    return this.#tenants.get(orderId);
  }

  /** Forgets the shard key. Returns true if there was one: then the query must be repeated. */
  forget(orderId: string): boolean {
    this.#tenants.delete(orderId);
    return this.#keys.delete(orderId);
  }
}
