import type { Claim, Phase, SagaStateUpdate, SagaType } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { AcceptedSaga, NewSaga, SagaDocument, SagaKey, SagaMetadata, SeenSaga } from './saga-document.js';
import { inFlight, phases, unended } from './saga-document.js';

/**
 * Milliseconds a claim holds a saga unless the worker renews it. After a crash the saga waits this long, so the lease is short.
 * A lease that ends too early does no harm: the epoch, not the clock, decides who may write.
 */
export const leaseMs = 4_000;

/** Milliseconds a decision's claim holds its saga. It is not renewed, so it must outlast the write of the journal entry. */
const decisionLeaseMs = 12_000;

/** Milliseconds until a saga whose claim was released is due. */
const releaseDelayMs = 100;

/** The `next_run_at` of a saga that is due now, by any clock. */
export const dueImmediately = new Date(0);

/** Sets `updated_at` when an idle saga is made due. Its time overdue is counted from there, not from its last execution. */
const dueFromNow = { $currentDate: { updated_at: true } } as const;

/** Only the database's clock decides what is due: the clocks of workers may differ by hours. */
const due = { $lte: ['$next_run_at', '$$NOW'] };

const inMs = (ms: number) => ({ $add: ['$$NOW', ms] });

/**
 * Matches a claim whose lease still runs. A lapsed claim is not renewed, since another worker may already have a job for the saga.
 * Nor is a settled claim: the renewal would delay the next attempt by a whole lease.
 */
const stillHeld = (epoch: number) => ({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });

/** Matches a saga that no worker and no decision holds: its last claim ended cleanly. */
const idle = ({ _id, tenant_id, epoch }: SeenSaga) => ({ _id, tenant_id, epoch, settled_epoch: epoch, next_run_at: { $exists: true } });

/**
 * Every write to the collection `sagas`. Each is one conditional update of one document, so it happens once or not at all.
 * Each returns false when the filter did not match: the saga has moved since it was read, or a newer claim exists.
 * All throw StoreUnavailable when MongoDB cannot be reached or the result is unknown.
 */
export const sagaWrites = ({ connection, commit }: Store) => {
  const update = (filter: object, change: object | object[]) => commit.update(collections.sagas, filter, change);
  const sagas = () => rawCollection<AcceptedSaga>(connection, collections.sagas);
  return {
    /** Inserts a saga. Returns false when its correlation id or idempotency key is taken. */
    accept: ({ saga_id, ...saga }: NewSaga) =>
      commit.insert(collections.sagas, {
        _id: saga_id,
        ...saga,
        status: 'pending',
        phase: 'running',
        epoch: 0,
        settled_epoch: 0,
        failures: 0,
        resumed: false,
        updated_at: saga.accepted_at,
        next_run_at: dueImmediately,
      } satisfies AcceptedSaga),

    // The claims of workers.

    /** Claims a saga that was never claimed, without having read it. */
    claimNew: (sagaId: string, tenantId: string | undefined, known: readonly Pick<SagaType, 'type' | 'version'>[]) =>
      update(
        { _id: sagaId, ...(tenantId !== undefined && { tenant_id: tenantId }), epoch: 0, next_run_at: dueImmediately, $or: known.map(({ type, version }) => ({ type, version: { $lte: version } })) },
        [{ $set: { epoch: 1, next_run_at: inMs(leaseMs) } }],
      ),

    /**
     * Claims a due saga, unless another claim was made since it was read. Without `$exists`, a saga that ended or stopped since then would match:
     * in `$expr`, an absent `next_run_at` is less than any date.
     */
    claim: (saga: SeenSaga) =>
      update({ _id: saga._id, tenant_id: saga.tenant_id, epoch: saga.epoch, next_run_at: { $exists: true }, $expr: due }, [{ $set: { epoch: saga.epoch + 1, next_run_at: inMs(leaseMs) } }]),

    /** Stores the state after an execution, and settles the claim. */
    saveState: ({ sagaId, epoch, metadata }: ClaimKey, stateUpdate: SagaStateUpdate) =>
      update({ _id: sagaId, tenant_id: metadata.tenantId, epoch }, stateChange(epoch, stateUpdate)),

    /** Extends the lease of a claim. */
    renew: ({ sagaId, epoch, metadata }: ClaimKey) =>
      update({ _id: sagaId, tenant_id: metadata.tenantId, epoch, ...stillHeld(epoch) }, [{ $set: { next_run_at: inMs(leaseMs) } }]),

    /** Settles the claims that were made, lowest epoch first. If the newest claim is one of them, the saga is due soon. */
    releaseClaims: (sagaId: string, epochs: readonly number[]) => {
      const made = { $max: { $filter: { input: epochs, cond: { $lte: ['$$this', '$epoch'] } } } };
      return update(
        // A saga that was settled under a claim keeps its state and its time.
        { _id: sagaId, epoch: { $gte: epochs[0]! }, settled_epoch: { $lt: epochs.at(-1)! }, next_run_at: { $exists: true } },
        [
          {
            $set: {
              settled_epoch: { $max: ['$settled_epoch', made] },
              next_run_at: { $cond: [{ $and: [{ $in: ['$epoch', epochs] }, { $lt: ['$settled_epoch', '$epoch'] }] }, inMs(releaseDelayMs), '$next_run_at'] },
            },
          },
        ],
      );
    },

    // Decisions from outside the worker: cancel, approve, reject, terminate.

    /**
     * Claims an idle saga, due or not. A saga that waits for approval becomes `running`, so that its step is attempted again if the decision is never written.
     * A worker that claims a saga in phase `awaiting_approval` stops it, because no approval came in time.
     */
    claimIdle: (saga: SeenSaga & Pick<SagaDocument, 'phase'>) =>
      update(idle(saga), [{ $set: { epoch: saga.epoch + 1, next_run_at: inMs(decisionLeaseMs), ...(saga.phase === 'awaiting_approval' && { phase: 'running' }) } }]),

    /** Claims a stopped saga, without a lease and already settled, so that it stays stopped if the decision is never written. */
    claimStopped: (saga: SeenSaga) =>
      update({ _id: saga._id, tenant_id: saga.tenant_id, epoch: saga.epoch, phase: 'stopped' }, { $set: { epoch: saga.epoch + 1, settled_epoch: saga.epoch + 1 } }),

    /** Settles a decision's claim. The saga is due now. */
    releaseDecision: ({ _id, tenant_id }: SagaKey, epoch: number) =>
      update({ _id, tenant_id, epoch }, { $set: { settled_epoch: epoch, next_run_at: dueImmediately }, ...dueFromNow }),

    /** Ends a claimed saga with status `error`. */
    end: ({ _id, tenant_id }: SagaKey, epoch: number, error: { code: string; message: string }) =>
      update({ _id, tenant_id, epoch }, [
        { $set: { phase: 'ended', status: 'error', error: { $literal: error }, settled_epoch: epoch, updated_at: '$$NOW', ended_at: '$$NOW', next_run_at: '$$REMOVE' } },
      ]),

    /**
     * Lets a saga continue whose open step has received its final outcome from outside, if it has stopped.
     * The claims made so far may not have read that outcome, so `decided_epoch` keeps them from stopping it.
     */
    continueStopped: ({ _id, tenant_id }: SagaKey) =>
      update({ _id, tenant_id, phase: { $in: [...unended] } }, [
        {
          $set: {
            decided_epoch: '$epoch',
            phase: ifStopped('running', '$phase'),
            next_run_at: ifStopped(dueImmediately, '$next_run_at'),
            updated_at: ifStopped('$$NOW', '$updated_at'),
            error: ifStopped('$$REMOVE', '$error'),
          },
        },
      ]),

    /** Makes an idle saga that waits for approval due now. */
    wakeAwaiting: (saga: SeenSaga) => update({ ...idle(saga), phase: 'awaiting_approval' }, { $set: { next_run_at: dueImmediately }, ...dueFromNow }),

    // Commands of operators, and the order queue.

    /** Lets a stopped saga continue with fresh attempts. The claims before count as no crashes. The epoch stays, or a zombie worker of it could write. */
    resume: ({ _id, tenant_id, epoch }: SeenSaga) =>
      update(
        { _id, tenant_id, epoch, phase: 'stopped' },
        { $set: { phase: 'running', failures: 0, resumed: true, settled_epoch: epoch, next_run_at: dueImmediately }, $unset: { error: 1 }, ...dueFromNow },
      ),

    /** Makes an idle saga due now that waits for its next attempt. */
    runNow: ({ _id, tenant_id, epoch }: SeenSaga) =>
      update({ _id, tenant_id, epoch, settled_epoch: epoch, phase: { $in: ['retrying', 'waiting'] } }, { $set: { next_run_at: dueImmediately }, ...dueFromNow }),

    /** Makes an idle saga due now that is blocked by another one. */
    wakeWaiting: ({ _id, tenant_id, epoch }: SeenSaga) =>
      update({ _id, tenant_id, epoch, settled_epoch: epoch, phase: 'waiting' }, { $set: { next_run_at: dueImmediately }, ...dueFromNow }),

    // Retention.

    /** Removes this idempotency key from the saga, so that another saga can use it. */
    forgetIdempotencyKey: ({ _id, tenant_id }: SagaKey, key: string) => update({ _id, tenant_id, idempotency_key: key }, { $unset: { idempotency_key: 1 } }),

    /** Removes the idempotency keys of many sagas. */
    forgetIdempotencyKeys: (sagaIds: readonly string[]) =>
      withStoreErrors(async () => (await sagas().updateMany({ _id: { $in: [...sagaIds] } }, { $unset: { idempotency_key: 1 } })).matchedCount > 0),

    /** Deletes those of the sagas that have ended. */
    deleteEnded: (sagaIds: readonly string[]) => withStoreErrors(async () => (await sagas().deleteMany({ _id: { $in: [...sagaIds] }, phase: 'ended' })).deletedCount > 0),

    /** Matches no saga. A lone server acknowledges it only after its journal has every earlier write. */
    flushJournal: () => update({ _id: 'none' }, { $set: { phase: 'ended' } }),
  };
};

const ifStopped = (then: unknown, otherwise: string) => ({ $cond: [{ $eq: ['$phase', 'stopped'] }, then, otherwise] });

type ClaimKey = Pick<Claim<SagaMetadata>, 'sagaId' | 'epoch' | 'metadata'>;

/** `$literal` where a text may begin with a dollar sign. */
const stateChange = (epoch: number, { phase, status, step, delayMs, failures, error }: SagaStateUpdate): object[] => {
  /** A saga that a decision lets continue does not stop. See `continueStopped`. */
  const unlessDecided = (value: unknown, decided: unknown): unknown => (phase === 'stopped' ? { $cond: [{ $gte: ['$decided_epoch', epoch] }, decided, value] } : value);
  return [
    {
      $set: {
        phase: unlessDecided(phase, 'running'),
        status: { $literal: status },
        step: step === undefined ? '$$REMOVE' : { $literal: step },
        error: error === undefined ? '$$REMOVE' : unlessDecided({ $literal: error }, '$$REMOVE'),
        failures,
        settled_epoch: epoch,
        updated_at: '$$NOW',
        next_run_at: unlessDecided(delayMs === undefined ? '$$REMOVE' : inMs(delayMs), dueImmediately),
        ...(phase === 'ended' && { ended_at: '$$NOW' }),
      },
    },
  ];
};

export type SagaWrite = keyof ReturnType<typeof sagaWrites>;

const unchanged = (from: readonly Phase[]): Transitions => Object.fromEntries(from.map((phase) => [phase, [phase]]));

type Transitions = Partial<Record<Phase | 'none', readonly (Phase | 'none')[]>>;

/** For each write, the phases its filter accepts, and the phases the saga may have after it. `none`: the saga does not exist. */
export const phaseTransitions: Record<SagaWrite, Transitions> = {
  accept: { none: ['running'] },
  claimNew: unchanged(inFlight),
  claim: unchanged(inFlight),
  saveState: Object.fromEntries(phases.map((phase) => [phase, phases])),
  renew: unchanged(inFlight),
  releaseClaims: unchanged(inFlight),
  claimIdle: { ...unchanged(inFlight), awaiting_approval: ['running'] },
  claimStopped: unchanged(['stopped']),
  releaseDecision: unchanged(phases),
  end: Object.fromEntries(phases.map((phase) => [phase, ['ended']])),
  continueStopped: { ...unchanged(inFlight), stopped: ['running'] },
  wakeAwaiting: unchanged(['awaiting_approval']),
  resume: { stopped: ['running'] },
  runNow: unchanged(['retrying', 'waiting']),
  wakeWaiting: unchanged(['waiting']),
  forgetIdempotencyKey: unchanged(phases),
  forgetIdempotencyKeys: unchanged(phases),
  deleteEnded: { ended: ['none'] },
  flushJournal: {},
};
