import type { Log } from '@crossroads/platform';
import type { Retention, RetentionRepository } from '@crossroads/store';

export interface PurgePorts {
  retention: RetentionRepository;
  log: Log;
  /** Milliseconds from the beginning of one round through everything to the next. */
  everyMs?: number;
  /** Milliseconds one turn works at most, give or take one page. */
  executionMs?: number;
}

/** Documents taken at a time: few, so that nobody who writes meanwhile waits long. */
const page = 200;

/** A piece of the work: whether there is more of its kind. */
type PurgeBatch = () => Promise<boolean>;

/**
 * Deletes what is older than its tenant wants it kept, a little in each sweep: a turn stops after its time, and the next goes on from there.
 * Every worker does it and none leads; two that meet at one page delete it once.
 */
export const createPurge = ({ retention, log, everyMs = 3_600_000, executionMs = 1_000 }: PurgePorts): (() => Promise<void>) => {
  let left: PurgeBatch[] = [];
  let nextRound = -Infinity;

  const purge = (tenant: Retention): PurgeBatch => {
    let purged = 0;
    return async () => {
      const taken = await retention.purge(tenant, page);
      purged += taken;
      const more = taken === page;
      if (!more && purged > 0) log.info('sagas older than their tenant keeps them were deleted', { tenant: tenant.tenantName, days: tenant.days, sagas: purged });
      return more;
    };
  };

  const clearUp = (): PurgeBatch => {
    let place: string | undefined;
    return async () => {
      const { taken, last } = await retention.clearUp(page, place);
      place = last;
      return taken === page;
    };
  };

  const round = async (): Promise<PurgeBatch[]> => {
    const tenants = await retention.tenants();
    return [...tenants.map(purge), clearUp(), async () => (await retention.forgetKeys(page)) === page, async () => (await retention.removeExpired(page)) === page];
  };

  return async () => {
    const began = performance.now();
    if (left.length === 0 && began >= nextRound) {
      left = await round();
      nextRound = began + everyMs;
    }
    while (left.length > 0) {
      if (!(await left[0]!())) left = left.slice(1);
      if (performance.now() - began >= executionMs) return;
    }
  };
};
