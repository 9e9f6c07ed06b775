import type { AuditLog, Orders, RecoverRequest, ResetRequest, Snapshot, SnapshotInfo } from '@crossroads/order-reset';
import { NO_PROGRESS, concurrencyKeysOfRequest, recoverOrderVersion, resetRequest } from '@crossroads/order-reset';
import type { IntakeRepository, OrderViewRepository, SagaCommandRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { orderIdIn } from '../sagas/order-id.js';
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

/** Set as a saga's code when the order has been worked on since; `forced` is the answer to it. */
export const orderMovedOn = 'recover.order_moved_on';

/**
 * Has a saga of its own put back what a reset cleared. What the saga would refuse is refused here at once, so that the operator
 * need not wait for it; the saga looks again, and its look decides.
 */
export const recoverReset =
  ({ sagas, view, auditLog, orders, orderView, intake, enqueue }: RecoverPorts): SagaCommand =>
  async (sagaId, input) => {
    const look = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in look) return look.rejected;
    const reset = look.saga;
    const rejected = mayNotBe(reset) ?? (await nothingToPutBack(reset));
    if (rejected) return rejected;
    const orderId = orderIdIn(reset, await view.entries(sagaId));
    const order = orderId === undefined ? undefined : await orderView.order(orderId);
    if (!order) return rejection('recover.order_gone', 'The order of this reset does not exist any more, so there is nothing to put anything back into.');
    if (!input.force) {
      const difference = differenceOf((await auditLog.cleared(sagaId)) as SnapshotInfo, await orders.snapshot(order.order_id));
      if (difference) return difference;
    }
    const recovery = recoveryOf(reset, input, order.order_id, [order.origin.number, order.destination.number]);
    // Others may have looked at the same moment: of all inserts the database lets one through.
    if (!(await intake.accept(recovery))) return (await inFlightCount(reset)) ?? moved();
    enqueue({ ...recovery, _id: recovery.saga_id, epoch: 0 });
    return { ok: true, recoverySagaId: recovery.saga_id };

    async function nothingToPutBack(saga: SagaDocument): Promise<CommandResult | undefined> {
      const cleared = await auditLog.cleared(saga._id);
      if (cleared === undefined) return rejection('recover.nothing_cleared', 'This saga cleared nothing, so there is nothing to put back.');
      if (cleared === 'restored') return rejection('recover.already_restored', 'What this saga cleared was put back when it was undone.');
      return inFlightCount(saga);
    }

    async function inFlightCount(saga: SagaDocument): Promise<CommandResult | undefined> {
      const open = await sagas.openRecovery(saga);
      if (!open) return undefined;
      const todo = open.phase === 'stopped' ? ' It has stopped: resume it, or abandon it and recover again.' : '';
      return rejection('recover.in_progress', `Saga ${open._id} is putting it back already.${todo}`);
    }
  };

const mayNotBe = ({ type, phase }: SagaDocument): CommandResult | undefined => {
  if (type !== 'reset_order') return rejection('saga.not_a_reset', 'Only what a reset cleared can be put back, and this saga is no reset.');
  if (phase === 'stopped') return rejection('saga.stopped', 'The reset has stopped and still holds its order. Resume it, or abandon it first and recover it then.');
  if (phase !== 'ended') return rejection('saga.still_moving', `The reset is still moving (${phase}). What it cleared can be put back once it has ended.`);
  return undefined;
};

/** Untouched since the reset, or exactly as before it: in both cases nothing newer would be overwritten. */
const differenceOf = (lost: SnapshotInfo, now: Snapshot): CommandResult | undefined => {
  const untouched = now.bols.length === 0 && now.executed_drops.length === 0 && [NO_PROGRESS, lost.progression_state].includes(now.progression_state);
  if (untouched || now.sha256 === lost.sha256) return undefined;
  return rejection(
    orderMovedOn,
    `The order has moved on since the reset: it now has ${counted(now.bols.length, 'BOL')} and ${counted(now.executed_drops.length, 'executed drop')} and stands at ${now.progression_state}; ` +
      `the snapshot has ${counted(lost.bols, 'BOL')} and ${counted(lost.executed_drops, 'executed drop')} and ${lost.progression_state}. ` +
      'A forced recovery puts the snapshot in their place and saves what it replaces to the audit log.',
  );
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The order is named by its id: numbers may have changed hands since. Its number is kept for the eye while it still is its own. */
const recoveryOf = (reset: SagaDocument, { by, reason, force = false }: CommandInput, order_id: string, numbers: (string | null)[]) => {
  const asked: ResetRequest = resetRequest.parse(reset.request);
  const { order_number } = asked.order;
  const order = { order_id, ...(order_number !== undefined && numbers.includes(order_number) && { order_number }) };
  const request: RecoverRequest = { ...asked, order, recovers: { saga_id: reset._id, force, by, reason } };
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
