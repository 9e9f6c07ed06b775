import type { DispatchPolicy, Order } from '@crossroads/order-reset';
import { NonRetryableError, RetryableError } from '@crossroads/saga';
import type { Adapter } from './adapter.js';
import type { Target } from './destination-address.js';
import { AddressBlocked, assertUsable } from './destination-address.js';
import type { DestinationInstance, Instances } from './destination-instance.js';

/** An instance that can be sent to, and who knows how. */
export interface Entry {
  instance: DestinationInstance & { secret_ref: string };
  adapter: Adapter;
}

/** Finds where an order's reset goes. */
export class Directory {
  readonly #instances: Instances;
  readonly #adapters: ReadonlyMap<string, Adapter>;
  readonly #isAllowedPrivate: (target: Target) => boolean;

  constructor(instances: Instances, adapters: readonly Adapter[], isAllowedPrivate: (target: Target) => boolean) {
    this.#instances = instances;
    this.#adapters = new Map(adapters.map((adapter) => [adapter.sourceSystem, adapter]));
    this.#isAllowedPrivate = isAllowedPrivate;
  }

  /** Throws StepRefused with the reason why the order can not be sent as things are. */
  async check(order: Order): Promise<DispatchPolicy> {
    const { instance, adapter } = await this.#find(order);
    try {
      assertUsable(instance.url, this.#isAllowedPrivate);
    } catch (error) {
      if (!(error instanceof AddressBlocked)) throw error;
      throw new NonRetryableError('destination.address_blocked', `The address of ${instance.name} is refused: ${error.message}.`);
    }
    adapter.check(order);
    return { on_rejection: instance.on_rejection ?? 'restore' };
  }

  /**
   * The same, once things have been cleared. What is missing now was there before, and an earlier attempt may have been
   * taken: to refuse would put back an order that the other end has reset.
   */
  async entry(order: Order): Promise<Entry> {
    try {
      return await this.#find(order);
    } catch (error) {
      if (!(error instanceof NonRetryableError)) throw error;
      throw new RetryableError(error.code, `${error.message} Put it back, then resume.`);
    }
  }

  async #find({ counterparty }: Order): Promise<Entry> {
    const { instance_id, tenant_id, tenant_name } = counterparty;
    const instance = instance_id === null ? undefined : await this.#instances.find(instance_id);
    if (!instance || instance.tenant_id !== tenant_id) {
      throw new NonRetryableError('destination.unknown_instance', `${tenant_name} has no installation ${instance_id ?? ''} that a reset could be sent to.`);
    }
    const { name, source_system, secret_ref } = instance;
    const adapter = this.#adapters.get(source_system);
    if (!adapter) throw new NonRetryableError('destination.no_adapter', `${name} is a ${source_system}, and nothing here knows how to speak to one.`);
    if (secret_ref === null) throw new NonRetryableError('destination.no_secret', `${name} has no secret to sign or sign in with.`);
    return { instance: { ...instance, secret_ref }, adapter };
  }
}
