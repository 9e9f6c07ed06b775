import type { DispatchPolicy, Order } from '@crossroads/order-reset';
import { NonRetryableError, RetryableError } from '@crossroads/saga';
import type { Adapter } from './adapter.js';
import type { Target } from './destination-address.js';
import { AddressBlocked, assertAllowedAddress } from './destination-address.js';
import type { DestinationInstance, Instances } from './destination-instance.js';

/** A destination that can receive requests, with its adapter. */
export interface Route {
  instance: DestinationInstance & { secret_ref: string };
  adapter: Adapter;
}

/** Finds the destination of an order. */
export class Directory {
  readonly #instances: Instances;
  readonly #adapters: ReadonlyMap<string, Adapter>;
  readonly #isAllowedPrivate: (target: Target) => boolean;

  constructor(instances: Instances, adapters: readonly Adapter[], isAllowedPrivate: (target: Target) => boolean) {
    this.#instances = instances;
    this.#adapters = new Map(adapters.map((adapter) => [adapter.sourceSystem, adapter]));
    this.#isAllowedPrivate = isAllowedPrivate;
  }

  /** Returns the policy of the order's destination. Throws NonRetryableError when the order cannot be sent with the present settings. */
  async check(order: Order): Promise<DispatchPolicy> {
    const { instance, adapter } = await this.#find(order);
    try {
      assertAllowedAddress(instance.url, this.#isAllowedPrivate);
    } catch (error) {
      if (!(error instanceof AddressBlocked)) throw error;
      throw new NonRetryableError('destination.address_blocked', `The address of ${instance.name} is blocked: ${error.message}.`);
    }
    adapter.check(order);
    return { on_rejection: instance.on_rejection ?? 'restore' };
  }

  /**
   * Returns the route of an order that was cleared. Throws RetryableError when a setting is missing now.
   * A NonRetryableError here would restore an order that the destination may have reset at an earlier attempt.
   */
  async findRoute(order: Order): Promise<Route> {
    try {
      return await this.#find(order);
    } catch (error) {
      if (!(error instanceof NonRetryableError)) throw error;
      throw new RetryableError(error.code, `${error.message} It was configured when the reset began. Configure it again, then resume.`);
    }
  }

  async #find({ counterparty }: Order): Promise<Route> {
    const { instance_id, tenant_id, tenant_name } = counterparty;
    const instance = instance_id === null ? undefined : await this.#instances.find(instance_id);
    if (!instance || instance.tenant_id !== tenant_id) {
      const missing = instance_id === null ? 'no instance' : `no instance ${instance_id}`;
      throw new NonRetryableError('destination.unknown_instance', `${tenant_name} has ${missing} that can receive a reset.`);
    }
    const { name, source_system, secret_ref } = instance;
    const adapter = this.#adapters.get(source_system);
    if (!adapter) throw new NonRetryableError('destination.no_adapter', `${name} has the source system ${source_system}, for which there is no adapter.`);
    if (secret_ref === null) throw new NonRetryableError('destination.no_secret', `${name} has no secret to authenticate requests with.`);
    return { instance: { ...instance, secret_ref }, adapter };
  }
}
