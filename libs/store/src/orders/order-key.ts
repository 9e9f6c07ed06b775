import mongoose from 'mongoose';

const { ObjectId } = mongoose.mongo;

/** The fields that an order's shard is found by. See docs/scaling.md. */
interface ShardKey {
  'routing.origin_tenant_id': string;
  origin_order_number: string;
}

interface Found {
  _id: InstanceType<typeof ObjectId>;
  routing?: { origin_tenant_id: string };
  origin_order_number: string;
}

/** Orders remembered at most; more are hardly in hand at once. */
const most = 10_000;

/**
 * Shard keys of the orders found last, so that on a cluster what follows asks one shard. An order that is not here is asked of all shards, and found as well.
 * A number may change after the order was found. So where a filter with the key matches nothing, the key has to be forgotten and the filter tried without it,
 * before anything is concluded.
 */
export class OrderKeys {
  readonly #keys = new Map<string, ShardKey>();

  store({ _id, routing, origin_order_number }: Found): void {
    if (typeof routing?.origin_tenant_id !== 'string' || typeof origin_order_number !== 'string') return;
    if (this.#keys.size >= most) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(_id.toHexString(), { 'routing.origin_tenant_id': routing.origin_tenant_id, origin_order_number });
  }

  /** A filter for the order, with its key where it is known. */
  of(orderId: string): { _id: InstanceType<typeof ObjectId> } & Partial<ShardKey> {
    return { _id: new ObjectId(orderId), ...this.#keys.get(orderId) };
  }

  /** A filter for all of the orders. Their keys are named only if each is known. */
  ofAll(orderIds: readonly string[]): object {
    const _id = { $in: orderIds.map((id) => new ObjectId(id)) };
    const keys = orderIds.map((id) => this.#keys.get(id));
    if (keys.includes(undefined)) return { _id };
    const all = (name: keyof ShardKey) => ({ $in: [...new Set(keys.map((key) => key![name]))] });
    return { _id, 'routing.origin_tenant_id': all('routing.origin_tenant_id'), origin_order_number: all('origin_order_number') };
  }

  /** True when there was a key: what was asked with it is to be asked again. */
  forget(orderId: string): boolean {
    return this.#keys.delete(orderId);
  }
}
