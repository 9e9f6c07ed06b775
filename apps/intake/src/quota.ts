import type { Log } from '@crossroads/platform';
import type { ActiveSagas } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { httpError } from './http-error.js';

/** How many resets one tenant may have under way, so that a caller gone wild does not fill the line for everybody. */
export interface Quota {
  /** Throws Refused with 429 when the tenant has as many as it may. */
  admit(tenantId: string): void;
  /** One more of its resets was accepted here, under an id made after it was admitted. */
  took(tenantId: string, sagaId: string): void;
}

export interface QuotaOptions {
  sagas: ActiveSagas;
  /** Of one tenant at once. */
  most: number;
  log: Pick<Log, 'warn'>;
  now?: () => number;
}

interface Known {
  counted: number;
  /** Accepted here since the count: the saga ids. */
  since: string[];
  at: number;
  counting: boolean;
}

/** Milliseconds a count is trusted. */
const trustedMs = 1_000;

/**
 * Counts behind the callers' backs: a count older than a second is made anew while its tenant goes on by the old one, so no submission waits
 * for it. Ids sort by acceptance, and each count stops at the moment it was asked for, so none is counted twice: a tenant may come to have as many too many
 * as all intakes accept in about a second, but none is refused too early. A process that has just started admits everybody until its first count.
 * While MongoDB does not answer the last count stands.
 */
export const createQuota = ({ sagas, most, log, now = Date.now }: QuotaOptions): Quota => {
  const tenants = new Map<string, Known>();

  const count = async (tenantId: string, known: Known): Promise<void> => {
    const began = uuidv7();
    known.counting = true;
    try {
      known.counted = await sagas.count(tenantId, { before: began, most });
      known.since = known.since.filter((sagaId) => sagaId > began);
    } catch (error) {
      log.warn('the open resets of a tenant could not be counted; the last count stands', { tenant_id: tenantId, error });
    }
    known.at = now();
    known.counting = false;
  };

  return {
    admit(tenantId) {
      const known = tenants.get(tenantId) ?? { counted: 0, since: [], at: -Infinity, counting: false };
      tenants.set(tenantId, known);
      if (!known.counting && now() - known.at >= trustedMs) void count(tenantId, known);
      if (known.counted + known.since.length >= most) throw tooManyOpen(most);
    },
    took: (tenantId, sagaId) => void tenants.get(tenantId)?.since.push(sagaId),
  };
};

const tooManyOpen = (most: number) =>
  httpError(
    429,
    `You have ${most} resets under way, as many as you may. Send this one again when some have ended; GET /v1/order/reset lists them. If they wait for a destination that is down, tell its operators.`,
    { 'Retry-After': '30' },
  );
