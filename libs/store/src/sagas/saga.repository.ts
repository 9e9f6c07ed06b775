import type { Claim, Sagas, SagaType, SagaStateUpdate } from '@crossroads/saga';
import { ClaimLost, StoreUnavailable } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import { BatchLoader } from '../mongodb/batch-loader.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument, SagaMetadata } from './saga-document.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/**
 * Milliseconds a claim holds a saga unless it is renewed. Short, because it is how long a dead worker's sagas lie idle;
 * an early end is harmless, because the epoch and not the clock decides who may write.
 */
export const leaseMs = 4_000;

/** Milliseconds until a saga that is given back is due. */
const givenBackMs = 100;

/** MongoDB did not say whether the claim was made. If it was, nobody would work under it, and it would count as a crash: it is to be given back. */
export class ClaimUnsure extends StoreUnavailable {
  readonly epoch: number;
  constructor(epoch: number, cause: unknown) {
    super(`MongoDB did not say whether a claim was made, which would be of epoch ${epoch}`, { cause });
    this.epoch = epoch;
  }
}

/** What became of a renewal. `lost`: a newer claim was made, or this one has run out. `unknown`: MongoDB did not say. */
export type Renewal = { outcome: 'renewed' | 'lost' } | { outcome: 'unknown'; error: unknown };

/** A saga that has just been accepted is due whatever any clock says. */
export const dueImmediately = new Date(0);

/** Goes with it where a saga that lay is made due: else it would look as late as it lay long. */
export const fromNow = { $currentDate: { updated_at: true } } as const;

/** Only the database's clock decides what is due: workers' clocks may differ by hours. */
const due = { $lte: ['$next_run_at', '$$NOW'] };

/** A claim that has run out is not revived: somebody may have been sent for it already. Nor one that was settled meanwhile: it would rest a lease too long. */
const stillHeld = (epoch: number) => ({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });

const inMs = (ms: number) => ({ $add: ['$$NOW', ms] });

export interface SagaRepository extends Sagas<SagaMetadata> {
  /** Holds claims a little longer while their steps are at work; one answer for each. */
  renew(claims: readonly Pick<Claim<SagaMetadata>, 'sagaId' | 'epoch' | 'metadata'>[]): Promise<Renewal[]>;
  /** Says whose saga will be claimed next under this id, as its job knows it: on a cluster the claim then asks one shard. Without it, or were it wrong, no harm is done. */
  nameTenant(sagaId: string, tenantId: string): void;
  /**
   * Gives back claims of a saga, lowest epoch first, under which nothing more will be done: they count as no crashes, and if the last claim is one of them
   * the saga is due. False when the highest has not been made: it may still be on its way. A claim of that epoch may be another worker's, if both tried at once
   * and this one was not told; then that worker loses it, which costs a turn and nothing else.
   */
  release(sagaId: string, epochs: readonly number[]): Promise<boolean>;
}

/** A saga that is to be read, and whose it is where that is known. */
interface Asked {
  sagaId: string;
  tenantId: string | undefined;
}

const mostNamed = 10_000;

/** Names the tenants, unless one of them is not known. */
const ofTenants = (asked: readonly Asked[]): object => {
  const tenants = [...new Set(asked.map(({ tenantId }) => tenantId))];
  return tenants.includes(undefined) ? {} : { tenant_id: { $in: tenants as string[] } };
};

/** Sagas as a worker sees them. It claims the given types only, and none that a newer worker has begun. */
export const sagaRepository = ({ connection, commit }: Store, types: readonly Pick<SagaType, 'type' | 'version'>[]): SagaRepository => {
  const newest = new Map(types.map(({ type, version }) => [type, version]));
  const read = new BatchLoader<Asked, SagaDocument>(async (asked) => {
    const ids = { $in: [...new Set(asked.map(({ sagaId }) => sagaId))] };
    const documents = await withStoreErrors(() => rawCollection<SagaDocument>(connection, collections.sagas).find({ _id: ids, ...ofTenants(asked) }).toArray());
    const found = new Map(documents.map((document) => [document._id, document]));
    return new Map(asked.flatMap((one) => (found.has(one.sagaId) ? [[one, found.get(one.sagaId)!]] : [])));
  });
  const named = new Map<string, string>();

  const known = types.map(({ type, version }) => ({ type, version: { $lte: version } }));
  /** Almost every bell is a new saga's first, and that one can be claimed before it has been read. */
  const claimNew = ({ sagaId, tenantId }: Asked): Promise<boolean> =>
    commit.update(collections.sagas, { _id: sagaId, ...(tenantId !== undefined && { tenant_id: tenantId }), epoch: 0, next_run_at: dueImmediately, $or: known }, [{ $set: { epoch: 1, next_run_at: inMs(leaseMs) } }]);

  return {
    nameTenant(sagaId, tenantId) {
      // A claim follows at once, or its job was given up before it.
      if (named.size >= mostNamed) named.clear();
      named.set(sagaId, tenantId);
    },

    async claim(sagaId) {
      const asked = { sagaId, tenantId: named.get(sagaId) };
      named.delete(sagaId);
      const [found, made] = await Promise.allSettled([read.get(asked), claimNew(asked)]);
      if (made.status === 'rejected') throw unsure(made.reason, 1);
      const isNew = made.value;
      // The claim was made and is of no use without its saga.
      if (found.status === 'rejected') throw isNew ? new ClaimUnsure(1, found.reason) : found.reason;
      const saga = found.value;
      if (saga && isNew) return claimOf({ ...saga, epoch: 1 });
      if (!saga?.next_run_at) return 'not-due';
      if (saga.version > (newest.get(saga.type) ?? 0)) return 'not-ours';
      const epoch = saga.epoch + 1;
      const claimed = await commit
        .update(collections.sagas, { _id: sagaId, tenant_id: saga.tenant_id, epoch: saga.epoch, $expr: due }, [{ $set: { epoch, next_run_at: inMs(leaseMs) } }])
        .catch((error: unknown) => {
          throw unsure(error, epoch);
        });
      return claimed ? claimOf({ ...saga, epoch }) : 'not-due';
    },

    async saveState({ sagaId, epoch, metadata }, stateUpdate) {
      const settled = await commit.update(collections.sagas, { _id: sagaId, tenant_id: metadata.tenantId, epoch }, settle(epoch, stateUpdate));
      if (!settled) throw new ClaimLost(`Saga ${sagaId} has been claimed again since epoch ${epoch}`);
    },

    renew: (claims) =>
      Promise.all(
        claims.map(({ sagaId, epoch, metadata }) =>
          commit.update(collections.sagas, { _id: sagaId, tenant_id: metadata.tenantId, epoch, ...stillHeld(epoch) }, [{ $set: { next_run_at: inMs(leaseMs) } }]).then(
            (held): Renewal => ({ outcome: held ? 'renewed' : 'lost' }),
            (error: unknown): Renewal => ({ outcome: 'unknown', error }),
          ),
        ),
      ),

    async release(sagaId, epochs) {
      const highest = epochs.at(-1)!;
      const made = { $max: { $filter: { input: epochs, cond: { $lte: ['$$this', '$epoch'] } } } };
      await commit.update(
        collections.sagas,
        // A saga that was settled under a claim is left as it was settled.
        { _id: sagaId, epoch: { $gte: epochs[0]! }, settled_epoch: { $lt: highest }, next_run_at: { $exists: true } },
        [
          {
            $set: {
              settled_epoch: { $max: ['$settled_epoch', made] },
              next_run_at: { $cond: [{ $and: [{ $in: ['$epoch', epochs] }, { $lt: ['$settled_epoch', '$epoch'] }] }, inMs(givenBackMs), '$next_run_at'] },
            },
          },
        ],
      );
      const saga = await read.get({ sagaId, tenantId: undefined });
      return !saga || saga.epoch >= highest;
    },
  };
};

const unsure = (error: unknown, epoch: number): unknown => (error instanceof StoreUnavailable && !error.sent ? error : new ClaimUnsure(epoch, error));

const claimOf = (saga: SagaDocument): Claim<SagaMetadata> => ({
  sagaId: saga._id,
  correlationId: saga.correlation_id,
  type: saga.type,
  version: saga.version,
  epoch: saga.epoch,
  settledEpoch: saga.settled_epoch,
  failures: saga.failures,
  resumed: saga.resumed,
  phase: saga.phase,
  request: saga.request,
  metadata: { tenantId: saga.tenant_id, correlationId: saga.correlation_id, type: saga.type, request: saga.request, inboundRequest: saga.inbound_request, traceparent: saga.traceparent },
});

/** `$literal` throughout: a message may begin with a dollar sign. */
const settle = (epoch: number, { phase, status, step, delayMs, failures, error }: SagaStateUpdate): object[] => [
  {
    $set: {
      phase: { $literal: phase },
      status: { $literal: status },
      step: step === undefined ? '$$REMOVE' : { $literal: step },
      error: error === undefined ? '$$REMOVE' : { $literal: error },
      failures,
      settled_epoch: epoch,
      updated_at: '$$NOW',
      next_run_at: delayMs === undefined ? '$$REMOVE' : inMs(delayMs),
      ...(phase === 'ended' && { ended_at: '$$NOW' }),
    },
  },
];
