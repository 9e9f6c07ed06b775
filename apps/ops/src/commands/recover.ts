import type { AuditLog, Orders, RecoverRequest, ResetRequest, Snapshot, SnapshotFacts } from '@crossroads/order-reset';
import { NO_PROGRESS, lineKeysOfRequest, recoverOrderVersion, resetRequest } from '@crossroads/order-reset';
import type { IntakeRepository, OrderViewRepository, SagaCommandRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import { orderIdIn } from '../sagas/order-id.js';
import type { CommandResult, CommandWish, SagaCommand } from './commands.js';
import { lookedAt, moved, refusal } from './looked-at.js';
import type { RingFor } from './ring.js';

export interface RecoverPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'openRecovery'>;
  view: Pick<SagaViewRepository, 'entries'>;
  auditLog: Pick<AuditLog, 'cleared'>;
  orders: Pick<Orders, 'snapshot'>;
  orderView: OrderViewRepository;
  intake: Pick<IntakeRepository, 'accept'>;
  ring: RingFor;
}

/** Set as a saga's code when the order has been worked on since; `forced` is the answer to it. */
export const orderMovedOn = 'recover.order_moved_on';

/**
 * Has a saga of its own put back what a reset cleared. What the saga would refuse is refused here at once, so that the operator
 * need not wait for it; the saga looks again, and its look decides.
 */
export const recoverReset =
  ({ sagas, view, auditLog, orders, orderView, intake, ring }: RecoverPorts): SagaCommand =>
  async (sagaId, wish) => {
    const look = await lookedAt(sagas, sagaId, wish);
    if ('refused' in look) return look.refused;
    const reset = look.saga;
    const refused = mayNotBe(reset) ?? (await nothingToPutBack(reset));
    if (refused) return refused;
    const orderId = orderIdIn(reset, await view.entries(sagaId));
    const order = orderId === undefined ? undefined : await orderView.order(orderId);
    if (!order) return refusal('recover.order_gone', 'The order of this reset does not exist any more, so there is nothing to put anything back into.');
    if (!wish.forced) {
      const difference = differenceOf((await auditLog.cleared(sagaId)) as SnapshotFacts, await orders.snapshot(order.order_id));
      if (difference) return difference;
    }
    const recovery = recoveryOf(reset, wish, order.order_id, [order.origin.number, order.destination.number]);
    // Others may have looked at the same moment: of all inserts the database lets one through.
    if (!(await intake.accept(recovery))) return (await underWay(reset)) ?? moved();
    ring({ ...recovery, _id: recovery.saga_id, epoch: 0 });
    return { ok: true, madeSaga: recovery.saga_id };

    async function nothingToPutBack(saga: SagaDocument): Promise<CommandResult | undefined> {
      const cleared = await auditLog.cleared(saga._id);
      if (cleared === undefined) return refusal('recover.nothing_cleared', 'This saga cleared nothing, so there is nothing to put back.');
      if (cleared === 'restored') return refusal('recover.already_restored', 'What this saga cleared was put back when it was undone.');
      return underWay(saga);
    }

    async function underWay(saga: SagaDocument): Promise<CommandResult | undefined> {
      const open = await sagas.openRecovery(saga);
      if (!open) return undefined;
      const todo = open.phase === 'stopped' ? ' It has stopped: resume it, or abandon it and recover again.' : '';
      return refusal('recover.under_way', `Saga ${open._id} is putting it back already.${todo}`);
    }
  };

const mayNotBe = ({ type, phase }: SagaDocument): CommandResult | undefined => {
  if (type !== 'reset_order') return refusal('saga.not_a_reset', 'Only what a reset cleared can be put back, and this saga is no reset.');
  if (phase === 'stopped') return refusal('saga.stopped', 'The reset has stopped and still holds its order. Resume it, or abandon it first and recover it then.');
  if (phase !== 'ended') return refusal('saga.still_moving', `The reset is still moving (${phase}). What it cleared can be put back once it has ended.`);
  return undefined;
};

/** Untouched since the reset, or exactly as before it: in both cases nothing newer would be overwritten. */
const differenceOf = (lost: SnapshotFacts, now: Snapshot): CommandResult | undefined => {
  const untouched = now.bols.length === 0 && now.executed_drops.length === 0 && [NO_PROGRESS, lost.progression_state].includes(now.progression_state);
  if (untouched || now.sha256 === lost.sha256) return undefined;
  return refusal(
    orderMovedOn,
    `The order has moved on since the reset: it now has ${counted(now.bols.length, 'BOL')} and ${counted(now.executed_drops.length, 'executed drop')} and stands at ${now.progression_state}; ` +
      `the snapshot has ${counted(lost.bols, 'BOL')} and ${counted(lost.executed_drops, 'executed drop')} and ${lost.progression_state}. ` +
      'A forced recovery puts the snapshot in their place and saves what it replaces to the audit log.',
  );
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The order is named by its id: numbers may have changed hands since. Its number is kept for the eye while it still is its own. */
const recoveryOf = (reset: SagaDocument, { by, reason, forced = false }: CommandWish, order_id: string, numbers: (string | null)[]) => {
  const asked: ResetRequest = resetRequest.parse(reset.request);
  const { order_number } = asked.order;
  const order = { order_id, ...(order_number !== undefined && numbers.includes(order_number) && { order_number }) };
  const request: RecoverRequest = { ...asked, order, recovers: { saga_id: reset._id, forced, by, reason } };
  return {
    saga_id: uuidv7(),
    correlation_id: uuidv7(),
    type: 'recover_order',
    version: recoverOrderVersion,
    tenant_id: reset.tenant_id,
    line_keys: lineKeysOfRequest(request),
    request,
    inbound_request: { method: 'POST', path: `/v1/ops/sagas/${reset._id}/recover`, body: { reason, forced }, by },
    accepted_at: new Date(),
  };
};
