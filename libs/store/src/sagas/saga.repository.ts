import type { Claim, Sagas, SagaType } from '@crossroads/saga';
import { ClaimLost, StoreUnavailable } from '@crossroads/saga';
import { BatchLoader } from '../mongodb/batch-loader.js';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument, SagaMetadata } from './saga-document.js';
import { storedSagaOf } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

/** MongoDB did not confirm whether the claim was made. If it was, no worker runs the saga under it, and it would count as a crash. So it must be released. */
export class ClaimUnsure extends StoreUnavailable {
  readonly epoch: number;
  constructor(epoch: number, cause: unknown) {
    super(`MongoDB did not confirm whether the claim of epoch ${epoch} was made`, { cause });
    this.epoch = epoch;
  }
}

/** The result of a renewal. `lost`: a newer claim was made, or this one has run out. `unknown`: MongoDB did not confirm the write. */
export type Renewal = { outcome: 'renewed' | 'lost' } | { outcome: 'unknown'; error: unknown };

export interface SagaRepository extends Sagas<SagaMetadata> {
  /** Extends the lease of each claim. Returns one result per claim, in the same order. */
  renew(claims: readonly Pick<Claim<SagaMetadata>, 'sagaId' | 'epoch' | 'metadata'>[]): Promise<Renewal[]>;
  /** As in the kernel. `tenantId` is the saga's tenant, as its job names it. With it, the claim asks one shard of a sharded cluster, and without it all. */
  claim(sagaId: string, tenantId?: string): ReturnType<Sagas<SagaMetadata>['claim']>;
  /**
   * Releases claims of a saga, lowest epoch first, under which the worker does nothing more. They do not count as crashes.
   * If the saga's newest claim is one of them, the saga becomes due. Returns false when the highest has not been made: its write may still arrive.
   * Two workers may have tried the same epoch at once. Then the other worker may lose its claim, which costs one execution.
   */
  release(sagaId: string, epochs: readonly number[]): Promise<boolean>;
}

/** A saga to read, and its tenant if known. */
interface Wanted {
  sagaId: string;
  tenantId: string | undefined;
}

/** Returns a filter for the tenants, or none if one of them is unknown. */
const tenantFilter = (wanted: readonly Wanted[]): object => {
  const tenants = [...new Set(wanted.map(({ tenantId }) => tenantId))];
  return tenants.includes(undefined) ? {} : { tenant_id: { $in: tenants as string[] } };
};

/** The sagas' documents, as a worker needs them. Claims the given types only, and no saga of a newer version. */
export const sagaRepository = (store: Store, types: readonly Pick<SagaType, 'type' | 'version'>[]): SagaRepository => {
  const writes = sagaWrites(store);
  const newest = new Map(types.map(({ type, version }) => [type, version]));
  const read = new BatchLoader<Wanted, SagaDocument>(async (wanted) => {
    const ids = { $in: [...new Set(wanted.map(({ sagaId }) => sagaId))] };
    const documents = await withStoreErrors(() => rawCollection<SagaDocument>(store.connection, collections.sagas).find({ _id: ids, ...tenantFilter(wanted) }).toArray());
    const found = new Map(documents.map((document) => [document._id, document]));
    return new Map(wanted.flatMap((one) => (found.has(one.sagaId) ? [[one, found.get(one.sagaId)!]] : [])));
  });

  return {
    async claim(sagaId, tenantId) {
      // Almost every job is the first of a new saga, and a new saga can be claimed before it has been read.
      const [found, claimedNew] = await Promise.allSettled([read.get({ sagaId, tenantId }), writes.claimNew(sagaId, tenantId, types)]);
      if (claimedNew.status === 'rejected') throw unsure(claimedNew.reason, 1);
      // Without its document the claim is of no use.
      if (found.status === 'rejected') throw claimedNew.value ? new ClaimUnsure(1, found.reason) : found.reason;
      const saga = found.value;
      if (saga && claimedNew.value) return claimOf({ ...saga, epoch: 1 });
      if (!saga?.next_run_at) return 'not-due';
      if (saga.version > (newest.get(saga.type) ?? 0)) return 'not-ours';
      const epoch = saga.epoch + 1;
      const claimed = await writes.claim(saga).catch((error: unknown) => {
        throw unsure(error, epoch);
      });
      return claimed ? claimOf({ ...saga, epoch }) : 'not-due';
    },

    async saveState(claim, stateUpdate) {
      if (!(await writes.saveState(claim, stateUpdate))) throw new ClaimLost(`Saga ${claim.sagaId} has been claimed again since epoch ${claim.epoch}`);
    },

    renew: (claims) =>
      Promise.all(
        claims.map((claim) =>
          writes.renew(claim).then(
            (renewed): Renewal => ({ outcome: renewed ? 'renewed' : 'lost' }),
            (error: unknown): Renewal => ({ outcome: 'unknown', error }),
          ),
        ),
      ),

    async release(sagaId, epochs) {
      await writes.releaseClaims(sagaId, epochs);
      const saga = await read.get({ sagaId, tenantId: undefined });
      return !saga || saga.epoch >= epochs.at(-1)!;
    },
  };
};

/** Returns the error of a claim's write. A write that was never sent has not made the claim. */
const unsure = (error: unknown, epoch: number): unknown => (error instanceof StoreUnavailable && !error.sent ? error : new ClaimUnsure(epoch, error));

const claimOf = (saga: SagaDocument): Claim<SagaMetadata> => ({
  ...storedSagaOf(saga),
  correlationId: saga.correlation_id,
  type: saga.type,
  version: saga.version,
  failures: saga.failures,
});
