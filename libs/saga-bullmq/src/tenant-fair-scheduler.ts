/** Jobs that a tenant may enqueue at priority 0: `burst` at once, and then `perSecond`. */
export interface TenantShare {
  burst: number;
  perSecond: number;
}

const defaultShare: TenantShare = { burst: 100, perSecond: 50 };

/** BullMQ's lowest priority. */
const lowestPriority = 2_097_152;

/** Maximum number of tenants in memory. A removed tenant starts with an empty backlog, which only improves its priority. */
const maxTenants = 10_000;

interface Backlog {
  /** Jobs above the share's rate. */
  jobs: number;
  /** Milliseconds on a monotonic clock. */
  at: number;
}

/**
 * Fair queuing by BullMQ priority. Jobs within a tenant's share have priority 0, which BullMQ serves first and in order.
 * Jobs above the share have priority 1, 2, 3 …, so tenants above their share take turns.
 * A tenant with 50,000 resets delays only itself; the first reset of another tenant does not wait for them.
 *
 * Each process counts for itself. With several intakes a tenant's total share is larger, and the order among heavy tenants is approximate.
 */
export class TenantFairScheduler {
  readonly #share: TenantShare;
  readonly #now: () => number;
  readonly #backlogs = new Map<string, Backlog>();

  constructor(share: TenantShare = defaultShare, now: () => number = () => performance.now()) {
    this.#share = share;
    this.#now = now;
  }

  /** Returns the BullMQ priority of the tenant's next job: 0 is served first, then 1, 2, … */
  nextPriority(tenantId: string): number {
    const { burst, perSecond } = this.#share;
    const at = this.#now();
    const before = this.#backlogs.get(tenantId) ?? { jobs: 0, at };
    const jobs = Math.max(0, before.jobs - ((at - before.at) / 1_000) * perSecond) + 1;
    this.#backlogs.delete(tenantId);
    this.#backlogs.set(tenantId, { jobs, at });
    if (this.#backlogs.size > maxTenants) this.#backlogs.delete(this.#backlogs.keys().next().value!);
    return Math.min(lowestPriority, Math.max(0, Math.ceil(jobs - burst)));
  }
}
