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
  orderQueue: Pick<OrderQueueRepository, 'next'>;
  enqueue: Enqueue;
}

/**
 * Ends a saga without compensation: claims it, closes its open step in the journal, ends it, and unlocks its order, in this order.
 * Without the closed step, a zombie worker that is about to lock the order would run all steps, including the dispatch.
 * After a crash in between, a worker ends the saga, or the saga is still stopped and can be terminated again.
 */
export const terminateSaga =
  ({ sagas, decisions, view, journal, auditLog, orders, orderQueue, enqueue }: TerminatePorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    const { saga } = loaded;
    if (saga.phase === 'ended') return rejection('saga.ended', `The saga has already finished with status ${saga.status}.`);
    if (saga.phase === 'running') return rejection('saga.running', 'A worker is processing the saga or will start soon. Terminate it once it waits, retries or has stopped.');
    // The caller got status `canceled`, and a worker is about to compensate the saga.
    if (saga.phase !== 'stopped' && (await view.entries(sagaId)).some(({ step }) => step.outcome === 'canceled')) {
      return rejection('saga.still_moving', 'The reset was canceled and is being compensated. It can be terminated if it stops.');
    }
    const error = { code: 'saga.terminated', message: `Terminated by ${input.by}: ${input.reason}. Nothing was compensated.` };
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
    // A worker may have cleared the order since that entry. It ends the saga and records what was cleared.
    if (entries === 'closed-earlier') {
      await decisions.release(saga, epoch);
      enqueue({ ...saga, epoch });
      return { ok: true };
    }
    if (!(await decisions.end(saga, epoch, error))) return moved();
    for (const order of await lockedBySaga(saga, entries)) {
      await orders.unlock(order.order_id, { sagaId });
      const next = await orderQueue.next(order);
      if (next) enqueue({ _id: next.sagaId, correlation_id: next.correlationId, type: next.type, tenant_id: next.tenantId, epoch: next.epoch });
    }
    return { ok: true };

    /** Returns the journal with the step closed. Returns undefined when no step is open: a worker then ends the saga as its journal requires. */
    async function closeOpenStep(claimed: number): Promise<EntryDocument[] | 'closed-earlier' | undefined> {
      for (let closed = 0; closed <= maxSteps; closed++) {
        const read = await view.entries(sagaId);
        const terminated = read.find(({ step }) => step.outcome === 'terminated');
        if (terminated) return terminated.journal.epoch === claimed ? read : 'closed-earlier';
        const open = openStepOf(saga, read);
        if (!open) return undefined;
        const cleared = await clearedBy(claimed, read);
        // A zombie worker may have written its outcome first. Then that outcome is final, and the next step is open.
        await recordOutcome(journal, { saga, entries: read }, claimed, {
          ...open,
          outcome: 'terminated',
          status: 'error',
          title: 'Terminated by an operator',
          code: error.code,
          message: error.message,
          ...(cleared && { output: { cleared } }),
          extra_data: { terminated_by: input.by, reason: input.reason },
        });
      }
      return undefined;
    }

    /**
     * Returns what the saga has cleared, for its last entry. Without this, a clear whose own entry was never written could not be recovered.
     * The read also raises the epoch of the order lock, so that a late clear or restore of a zombie worker is rejected.
     */
    async function clearedBy(claimed: number, read: readonly EntryDocument[]): Promise<SnapshotInfo | undefined> {
      const { order } = stateIn(saga.request, read) as { order?: Order };
      if (!order) return undefined;
      try {
        const version = await orders.clearedVersion(order.order_id, { sagaId, epoch: claimed });
        return version === undefined ? undefined : snapshotInfo(await auditLog.snapshot(sagaId, version));
      } catch (error) {
        // Without the lock or the order, no write of this saga can match.
        if (error instanceof StopSaga) return error.code === 'order.gone' ? undefined : newestSnapshot(read);
        throw error;
      }
    }

    /** Returns the orders that the saga may have locked. Its journal may not name the order yet, so the request is used then. */
    async function lockedBySaga({ request }: SagaDocument, read: readonly EntryDocument[]): Promise<Order[]> {
      const { order } = stateIn(request, read) as { order?: Order };
      if (order) return [order];
      const readable = resetRequest.safeParse(request);
      return readable.success ? orders.find(readable.data satisfies ResetRequest) : [];
    }
  };

/** Returns the last saved snapshot. The lock is gone, so it is unknown whether the order was cleared. Recover compares the order with the snapshot. */
const newestSnapshot = (read: readonly EntryDocument[]): SnapshotInfo | undefined => {
  const saved = read.findLast(({ extra_data }) => extra_data !== undefined && 'sha256' in extra_data);
  const snapshot = saved?.extra_data as Parameters<typeof snapshotInfo>[0] | undefined;
  return snapshot && snapshotInfo({ ...snapshot, version: Number(snapshot.version) });
};

/** Limit for closing steps: more outcomes than this cannot have been written in between. */
const maxSteps = 20;

/** Saga types without ports: only names and order of their steps are used, and no step is run. */
const sagaDefinitions = new Map(sagaTypes({} as Parameters<typeof sagaTypes>[0]).map((type) => [type.type, type]));

/** Returns the step that a worker would run next. For an unknown saga type, returns the step in the saga's document. */
const openStepOf = (saga: SagaDocument, entries: readonly EntryDocument[]): { step: string; direction: Direction } | undefined => {
  const type = sagaDefinitions.get(saga.type);
  if (!type) return { step: saga.step ?? 'unknown', direction: entries.at(-1)?.step.direction ?? 'run' };
  const next = new SagaState(type.steps, saga.request, saga.status, entries.map(toEntry)).next();
  return 'end' in next ? undefined : { step: next.step.name, direction: next.direction };
};
