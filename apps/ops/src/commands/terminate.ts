import type { AuditLog, Order, Orders, ResetRequest, SnapshotInfo } from '@crossroads/order-reset';
import { snapshotInfo, resetRequest, sagaTypes } from '@crossroads/order-reset';
import type { Direction, Journal } from '@crossroads/saga';
import { ClaimLost, SagaState, StopSaga } from '@crossroads/saga';
import type { DecisionRepository, EntryDocument, OrderQueueRepository, SagaCommandRepository, SagaDocument, SagaMetadata, SagaViewRepository } from '@crossroads/store';
import { recordOutcome, stateIn, toEntry } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface TerminatePorts {
  sagas: Pick<SagaCommandRepository, 'find'>;
  decisions: Pick<DecisionRepository, 'claim' | 'release' | 'end'>;
  view: Pick<SagaViewRepository, 'entries'>;
  journal: Journal<SagaMetadata>;
  auditLog: Pick<AuditLog, 'snapshot'>;
  orders: Pick<Orders, 'find' | 'clearedVersion' | 'unlock'>;
  line: Pick<OrderQueueRepository, 'next'>;
  enqueue: Enqueue;
}

/**
 * Ends a saga as it stands: nothing is undone. It is claimed, its open step is closed in the journal, and only then it ends and its order is unlocked.
 * Without the closed step, a zombie worker that was about to lock the order would run all steps of a saga that has ended, the dispatch included.
 * A crash in between leaves a saga that a worker ends, or one that is still stopped and can be abandoned again.
 */
export const terminateSaga =
  ({ sagas, decisions, view, journal, auditLog, orders, line, enqueue }: TerminatePorts): SagaCommand =>
  async (sagaId, input) => {
    const look = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in look) return look.rejected;
    const { saga } = look;
    if (saga.phase === 'ended') return rejection('saga.ended', `The saga has ended already (${saga.status}).`);
    if (saga.phase === 'running') return rejection('saga.running', 'A worker is at this saga, or will be at once. It can be abandoned once it rests or has stopped.');
    // Its caller was told that it is canceled, and a worker is about to undo it.
    if (saga.phase !== 'stopped' && (await view.entries(sagaId)).some(({ step }) => step.outcome === 'canceled')) {
      return rejection('saga.still_moving', 'The reset has been canceled and will be undone. It can be abandoned if it stops.');
    }
    const error = { code: 'saga.terminated', message: `Abandoned by ${input.by}: ${input.reason}. Nothing was undone.` };
    const epoch = await decisions.claim(saga);
    if (epoch === undefined) return moved();
    const entries = await closeOpenStep(epoch).catch((error: unknown) => {
      if (error instanceof ClaimLost) return 'moved' as const;
      throw error;
    });
    if (entries === 'moved') return moved();
    if (entries === undefined) {
      await decisions.release(saga, epoch);
      return moved();
    }
    if (!(await decisions.end(saga, epoch, error))) return moved();
    for (const order of await lockedBySaga(saga, entries)) {
      await orders.unlock(order.order_id, { sagaId });
      const next = await line.next(order);
      if (next) enqueue({ _id: next.sagaId, correlation_id: next.correlationId, type: next.type, tenant_id: next.tenantId, epoch: next.epoch });
    }
    return { ok: true };

    /** Undefined when no step is open: the journal says how the saga ends, and a worker has yet to read it. */
    async function closeOpenStep(claimed: number): Promise<EntryDocument[] | undefined> {
      for (let closed = 0; closed <= mostSteps; closed++) {
        const read = await view.entries(sagaId);
        if (read.some(({ step }) => step.outcome === 'terminated')) return read;
        const open = openStepOf(saga, read);
        if (!open) return undefined;
        const cleared = await clearedBy(claimed, read);
        // The outcome of a zombie may have come first. It stands, and the step after it is open now.
        await recordOutcome(journal, { saga, entries: read }, claimed, {
          ...open,
          outcome: 'terminated',
          status: 'error',
          title: 'Abandoned by an operator',
          code: error.code,
          message: error.message,
          ...(cleared && { output: { cleared } }),
          extra_data: { terminated_by: input.by, reason: input.reason },
        });
      }
      return undefined;
    }

    /**
     * What the saga has cleared, for its last entry: a clear whose own entry was never written could not be recovered otherwise.
     * The look raises the lock's epoch to the operator's, so that no clear, nor a restore, still on its way can land after the saga has ended.
     */
    async function clearedBy(claimed: number, read: readonly EntryDocument[]): Promise<SnapshotInfo | undefined> {
      const { order } = stateIn(saga.request, read) as { order?: Order };
      if (!order) return undefined;
      try {
        const version = await orders.clearedVersion(order.order_id, { sagaId, epoch: claimed });
        return version === undefined ? undefined : snapshotInfo(await auditLog.snapshot(sagaId, version));
      } catch (gone) {
        // Without the lock, or the order, nothing of this saga can land.
        if (gone instanceof StopSaga) return gone.code === 'order.gone' ? undefined : newestSnapshot(read);
        throw gone;
      }
    }

    /** A saga whose journal does not name its order yet may hold it all the same. */
    async function lockedBySaga({ request }: SagaDocument, read: readonly EntryDocument[]): Promise<Order[]> {
      const { order } = stateIn(request, read) as { order?: Order };
      if (order) return [order];
      const readable = resetRequest.safeParse(request);
      return readable.success ? orders.find(readable.data satisfies ResetRequest) : [];
    }
  };

/** The lock's marks are gone, so whether it was cleared is not known: Recover compares the order with this, and puts back only what is missing. */
const newestSnapshot = (read: readonly EntryDocument[]): SnapshotInfo | undefined => {
  const saved = read.findLast(({ extra_data }) => extra_data !== undefined && 'sha256' in extra_data);
  const snapshot = saved?.extra_data as Parameters<typeof snapshotInfo>[0] | undefined;
  return snapshot && snapshotInfo({ ...snapshot, version: Number(snapshot.version) });
};

/** More outcomes than this cannot have come first. */
const mostSteps = 20;

/** The steps' names and order only: nothing of these definitions is ever run. */
const definitions = new Map(sagaTypes({} as Parameters<typeof sagaTypes>[0]).map((type) => [type.type, type]));

/** The step the saga would go on with, as a worker finds it; as the saga's own document names it where this version does not know its type. */
const openStepOf = (saga: SagaDocument, entries: readonly EntryDocument[]): { step: string; direction: Direction } | undefined => {
  const type = definitions.get(saga.type);
  if (!type) return { step: saga.step ?? 'unknown', direction: entries.at(-1)?.step.direction ?? 'run' };
  const next = new SagaState(type.steps, saga.request, saga.status, entries.map(toEntry)).next();
  return 'end' in next ? undefined : { step: next.step.name, direction: next.direction };
};
