import type { Log } from '@crossroads/platform';
import type { Retention, RetentionRepository } from '@crossroads/store';

export interface PurgePorts {
  retention: RetentionRepository;
  log: Log;
  /** Milliseconds from the start of one round to the next. */
  everyMs?: number;
  /** Milliseconds one call works at most, plus or minus one batch. */
  maxMs?: number;
}

/** Documents of one batch: few, so that other writers do not wait long. */
const batchSize = 200;

/** Deletes one batch. Returns whether there may be more. */
type PurgeBatch = () => Promise<boolean>;

/**
 * Returns the purge of sagas that are older than their tenant's retention. Each call stops after its time, and the next one continues there.
 * Every worker purges; two workers at one batch delete it once.
 */
export const createPurge = ({ retention, log, everyMs = 3_600_000, maxMs = 1_000 }: PurgePorts): (() => Promise<void>) => {
  let left: PurgeBatch[] = [];
  let nextRound = -Infinity;

  const purge = (tenant: Retention): PurgeBatch => {
    let purged = 0;
    return async () => {
      const taken = await retention.purge(tenant, batchSize);
      purged += taken;
      const more = taken === batchSize;
      if (!more && purged > 0) log.info('deleted sagas past the retention of their tenant', { tenant: tenant.tenantName, days: tenant.days, sagas: purged });
      return more;
    };
  };

  const clearUp = (): PurgeBatch => {
    let place: string | undefined;
    return async () => {
      const { taken, last } = await retention.clearUp(batchSize, place);
      place = last;
      return taken === batchSize;
    };
  };

  const round = async (): Promise<PurgeBatch[]> => {
    const tenants = await retention.tenants();
    return [...tenants.map(purge), clearUp(), async () => (await retention.forgetKeys(batchSize)) === batchSize, async () => (await retention.removeExpired(batchSize)) === batchSize];
  };

  return async () => {
    const began = performance.now();
    if (left.length === 0 && began >= nextRound) {
      left = await round();
      nextRound = began + everyMs;
    }
    while (left.length > 0) {
      if (!(await left[0]!())) left = left.slice(1);
      if (performance.now() - began >= maxMs) return;
    }
  };
};
