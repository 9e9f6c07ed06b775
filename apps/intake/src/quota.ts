import type { Log } from '@crossroads/runtime';
import type { OpenSagas } from '@crossroads/store';
import { refused } from './refused.js';

/** How many resets one tenant may have under way, so that a caller gone wild does not fill the line for everybody. */
export interface Quota {
  /** Throws Refused with 429 when the tenant has as many as it may. */
  admit(tenantId: string): void;
  /** One more of its resets was accepted here. */
  took(tenantId: string): void;
}

export interface QuotaOptions {
  sagas: OpenSagas;
  /** Of one tenant at once. */
  most: number;
  log: Pick<Log, 'warn'>;
  now?: () => number;
}

interface Known {
  counted: number;
  /** Accepted here since the count. */
  since: number;
  at: number;
  counting: boolean;
}

/** Milliseconds a count is trusted. */
const trustedMs = 1_000;

/**
 * Counts behind the callers' backs: a count older than a second is made anew while its tenant goes on by the old one, so no submission waits
 * for it. A tenant may thus come to have as many too many as all intakes accept in about a second, or be refused as many too early, for a second, as
 * were accepted while they were counted, which then counts them twice; and a process that has just started admits
 * everybody until its first count. While MongoDB does not answer the last count stands.
 */
export const createQuota = ({ sagas, most, log, now = Date.now }: QuotaOptions): Quota => {
  const tenants = new Map<string, Known>();

  const count = async (tenantId: string, known: Known): Promise<void> => {
    const before = known.since;
    known.counting = true;
    try {
      known.counted = await sagas.count(tenantId, most);
      known.since -= before;
    } catch (error) {
      log.warn('the open resets of a tenant could not be counted; the last count stands', { tenant_id: tenantId, error });
    }
    known.at = now();
    known.counting = false;
  };

  return {
    admit(tenantId) {
      const known = tenants.get(tenantId) ?? { counted: 0, since: 0, at: -Infinity, counting: false };
      tenants.set(tenantId, known);
      if (!known.counting && now() - known.at >= trustedMs) void count(tenantId, known);
      if (known.counted + known.since >= most) throw tooManyOpen(most);
    },
    took: (tenantId) => {
      const known = tenants.get(tenantId);
      if (known) known.since += 1;
    },
  };
};

const tooManyOpen = (most: number) =>
  refused(
    429,
    `You have ${most} resets under way, as many as you may. Send this one again when some have ended; GET /v1/order/reset lists them. If they wait for a destination that is down, tell its operators.`,
    { 'Retry-After': '30' },
  );
