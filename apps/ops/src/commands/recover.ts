import type { AuditLog, Orders, RecoverRequest, ResetRequest, Snapshot, SnapshotInfo } from '@crossroads/order-reset';
import { NO_PROGRESS, concurrencyKeysOfRequest, recoverOrderVersion, resetRequest } from '@crossroads/order-reset';
import type { IntakeRepository, OrderViewRepository, SagaCommandRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { plural } from '../page/counts.js';
import { orderIdIn } from '../sagas/saga-order.js';
import type { CommandResult, CommandInput, SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface RecoverPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'openRecovery'>;
  view: Pick<SagaViewRepository, 'entries'>;
  auditLog: Pick<AuditLog, 'cleared'>;
  orders: Pick<Orders, 'snapshot'>;
  orderView: OrderViewRepository;
  intake: Pick<IntakeRepository, 'accept'>;
  enqueue: Enqueue;
}

/** The rejection that `force` overrides: the order was changed after the reset. */
export const orderMovedOn = 'recover.order_moved_on';

/**
 * Creates a saga that restores what a reset cleared. The command checks what the saga will check, so that the operator sees a rejection at once.
 * The order may change in between, so the saga checks again, and its result is the one that counts.
 */
export const recoverReset =
  ({ sagas, view, auditLog, orders, orderView, intake, enqueue }: RecoverPorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    const reset = loaded.saga;
    const rejected = rejectByState(reset) ?? (await rejectByHistory(reset));
    if (rejected) return rejected;
    const orderId = orderIdIn(reset, await view.entries(sagaId));
    const order = orderId === undefined ? undefined : await orderView.order(orderId);
    if (!order) return rejection('recover.order_gone', 'The order of this reset no longer exists, so nothing can be restored.');
    if (!input.force) {
      const changed = rejectByDifference((await auditLog.cleared(sagaId)) as SnapshotInfo, await orders.snapshot(order.order_id));
      if (changed) return changed;
    }
    const recovery = recoveryOf(reset, input, order.order_id, [order.origin.number, order.destination.number]);
    // Several operators may pass the checks at once. A unique index accepts one of their inserts.
    if (!(await intake.accept(recovery))) return (await rejectByOpenRecovery(reset)) ?? moved();
    enqueue({ ...recovery, _id: recovery.saga_id, epoch: 0 });
    return { ok: true, recoverySagaId: recovery.saga_id };

    async function rejectByHistory(saga: SagaDocument): Promise<CommandResult | undefined> {
      const cleared = await auditLog.cleared(saga._id);
      if (cleared === undefined) return rejection('recover.nothing_cleared', 'This saga cleared nothing, so there is nothing to restore.');
      if (cleared === 'restored') return rejection('recover.already_restored', 'This saga was compensated and has already restored what it cleared.');
      return rejectByOpenRecovery(saga);
    }

    async function rejectByOpenRecovery(saga: SagaDocument): Promise<CommandResult | undefined> {
      const open = await sagas.openRecovery(saga);
      if (!open) return undefined;
      const advice = open.phase === 'stopped' ? ' That saga has stopped: resume it, or terminate it and recover again.' : '';
      return rejection('recover.in_progress', `Saga ${open._id} is already restoring the order.${advice}`);
    }
  };

const rejectByState = ({ type, phase }: SagaDocument): CommandResult | undefined => {
  if (type !== 'reset_order') return rejection('saga.not_a_reset', 'Only a reset can be recovered, and this saga is a recovery.');
  if (phase === 'stopped') return rejection('saga.stopped', 'The reset has stopped and still locks its order. Resume it, or terminate it and then recover it.');
  if (phase !== 'ended') return rejection('saga.still_moving', `The reset has not finished (phase ${phase}). Recover it after it has ended.`);
  return undefined;
};

/** Passes an order that is unchanged since the reset or equal to the snapshot: nothing newer would be overwritten. */
const rejectByDifference = (cleared: SnapshotInfo, now: Snapshot): CommandResult | undefined => {
  const untouched = now.bols.length === 0 && now.executed_drops.length === 0 && [NO_PROGRESS, cleared.progression_state].includes(now.progression_state);
  if (untouched || now.sha256 === cleared.sha256) return undefined;
  return rejection(
    orderMovedOn,
    `The order has changed since the reset. It now has ${plural(now.bols.length, 'BOL')}, ${plural(now.executed_drops.length, 'executed drop')} and progression ${now.progression_state}. ` +
      `The snapshot has ${plural(cleared.bols, 'BOL')}, ${plural(cleared.executed_drops, 'executed drop')} and progression ${cleared.progression_state}. ` +
      'With force, the snapshot replaces the current values, which are saved to the audit log first.',
  );
};

/** Names the order by its id, because its number may belong to another order by now. The number is added for display while it is still correct. */
const recoveryOf = (reset: SagaDocument, { by, reason, force = false }: CommandInput, order_id: string, numbers: (string | null)[]) => {
  const resetOf: ResetRequest = resetRequest.parse(reset.request);
  const { order_number } = resetOf.order;
  const order = { order_id, ...(order_number !== undefined && numbers.includes(order_number) && { order_number }) };
  const request: RecoverRequest = { ...resetOf, order, recovers: { saga_id: reset._id, force, by, reason } };
  return {
    saga_id: uuidv7(),
    correlation_id: uuidv7(),
    type: 'recover_order',
    version: recoverOrderVersion,
    tenant_id: reset.tenant_id,
    concurrency_keys: concurrencyKeysOfRequest(request),
    request,
    inbound_request: { method: 'POST', path: `/v1/ops/sagas/${reset._id}/recover`, body: { reason, force }, by },
    accepted_at: new Date(),
  };
};
