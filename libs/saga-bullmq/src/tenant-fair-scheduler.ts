/** Bells a tenant may have at once, and per second from then on, before its further ones stand behind everybody else's. */
export interface TenantShare {
  burst: number;
  perSecond: number;
}

const ordinary: TenantShare = { burst: 100, perSecond: 50 };

/** BullMQ's lowest priority. */
const last = 2_097_152;

/** Tenants remembered; one that is forgotten starts afresh, which only ever moves it forward. */
const mostTenants = 10_000;

interface Backlog {
  queue: number;
  at: number;
}

/**
 * Fair queueing at the door. A tenant within its share rings with priority 0, which BullMQ serves first and in order.
 * Beyond it, its bells are numbered: its hundredth bell too many stands behind everybody else's ninety-ninth.
 * So a tenant with fifty thousand resets waits for itself, and another tenant's first reset does not wait for them.
 *
 * Counted per process: with several intakes a tenant's share is theirs together, and the order among heavy tenants only approximate.
 */
export class TenantFairScheduler {
  readonly #share: TenantShare;
  readonly #now: () => number;
  readonly #backlogs = new Map<string, Backlog>();

  constructor(share: TenantShare = ordinary, now: () => number = () => performance.now()) {
    this.#share = share;
    this.#now = now;
  }

  /** BullMQ priority of the tenant's next bell: 0 is served first, then 1, 2, … */
  next(tenantId: string): number {
    const { burst, perSecond } = this.#share;
    const at = this.#now();
    const before = this.#backlogs.get(tenantId) ?? { queue: 0, at };
    const queue = Math.max(0, before.queue - ((at - before.at) / 1_000) * perSecond) + 1;
    this.#backlogs.delete(tenantId);
    this.#backlogs.set(tenantId, { queue, at });
    if (this.#backlogs.size > mostTenants) this.#backlogs.delete(this.#backlogs.keys().next().value!);
    return Math.min(last, Math.max(0, Math.ceil(queue - burst)));
  }
}
