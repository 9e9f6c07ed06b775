import type { Log } from '@crossroads/platform';
import type { ActiveSagas } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { httpError } from './http-error.js';

/** Limits the active resets of each tenant. Without it, one caller could fill the queue and delay all other tenants. */
export interface Quota {
  /** Throws HttpError with 429 if the tenant has reached its limit. */
  admit(tenantId: string): void;
  /** Counts a reset that this process accepted. Its saga id must be newer than the call of `admit`. */
  recordAccepted(tenantId: string, sagaId: string): void;
}

export interface QuotaOptions {
  sagas: ActiveSagas;
  /** Maximum number of active resets of one tenant. */
  maxActive: number;
  log: Pick<Log, 'warn'>;
  now?: () => number;
}

interface TenantCount {
  counted: number;
  /** Saga ids accepted by this process since the count. */
  acceptedSince: string[];
  countedAt: number;
  isCounting: boolean;
}

/** Milliseconds until a count is refreshed. */
const maxAgeMs = 1_000;

/**
 * Counts active resets in the background: a count older than a second is refreshed while requests use the old one. No request waits for a query.
 * Saga ids sort by time of acceptance, and each count covers only older ids, so no reset is counted twice.
 * A tenant can exceed its limit by the resets that all intakes accept in about a second. No request is rejected too early.
 * A process that has just started accepts all requests until its first count. While MongoDB is unavailable, the last count is used.
 */
export const createQuota = ({ sagas, maxActive, log, now = Date.now }: QuotaOptions): Quota => {
  const tenants = new Map<string, TenantCount>();

  const refresh = async (tenantId: string, tenant: TenantCount): Promise<void> => {
    const before = uuidv7();
    tenant.isCounting = true;
    try {
      tenant.counted = await sagas.count(tenantId, { before, most: maxActive });
      tenant.acceptedSince = tenant.acceptedSince.filter((sagaId) => sagaId > before);
    } catch (error) {
      log.warn('could not count the active resets of a tenant; the last count is used', { tenant_id: tenantId, error });
    }
    tenant.countedAt = now();
    tenant.isCounting = false;
  };

  return {
    admit(tenantId) {
      const tenant = tenants.get(tenantId) ?? { counted: 0, acceptedSince: [], countedAt: -Infinity, isCounting: false };
      tenants.set(tenantId, tenant);
      if (!tenant.isCounting && now() - tenant.countedAt >= maxAgeMs) void refresh(tenantId, tenant);
      if (tenant.counted + tenant.acceptedSince.length >= maxActive) throw tooManyActive(maxActive);
    },
    recordAccepted: (tenantId, sagaId) => void tenants.get(tenantId)?.acceptedSince.push(sagaId),
  };
};

const tooManyActive = (maxActive: number) =>
  httpError(
    429,
    `You have ${maxActive} active resets, which is your limit. Send this one again after some have finished; GET /v1/order/reset lists them. If they wait for a destination that is down, contact its operators.`,
    { 'Retry-After': '30' },
  );
