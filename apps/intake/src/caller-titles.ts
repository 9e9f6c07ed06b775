import type { SagaCode } from '@crossroads/contract';
import type { LogEntry } from '@crossroads/store';

/** Titles of entries with these codes, in words of the caller. */
const byCode: Partial<Record<SagaCode, string>> = {
  'request.order_not_found': 'Order not found',
  'request.order_ambiguous': 'Several orders match',
  'request.order_mismatch': 'Id and number name different orders',
  'request.order_canceled': 'Order is canceled',
  'request.order_not_synced': 'Order has not reached the destination',
  'order.in_use': 'Waiting for another reset of the order',
  'destination.rejected_request': 'Reset rejected by the destination',
  'destination.requested': 'Waiting for approval at the destination',
  'destination.paused': 'Waiting to be sent',
  'destination.busy': 'Waiting to be sent',
  'destination.throttled': 'Waiting to be sent',
  'destination.circuit_open': 'Waiting to be sent',
};

interface StepTitles {
  /** An attempt did not succeed. */
  failed: string;
  /** The compensation is done. */
  undone?: string;
  /** An attempt of the compensation did not succeed. */
  undoFailed?: string;
}

/** Titles by step, for entries without a title of their own. */
const byStep: Record<string, StepTitles> = {
  'resolve-order': { failed: 'Order could not be locked', undone: 'Order unlocked', undoFailed: 'Order could not be unlocked' },
  'snapshot-order': { failed: 'Deliveries could not be saved', undone: 'Saved deliveries kept in the audit log' },
  'clear-deliveries': { failed: 'Deliveries could not be cleared', undone: 'Deliveries restored', undoFailed: 'Deliveries could not be restored' },
  'reset-progression': { failed: 'Progression could not be reset', undone: 'Progression restored', undoFailed: 'Progression could not be restored' },
  'dispatch-reset': { failed: 'Reset could not be delivered' },
};

/** Titles that the runner of the sagas writes, such as `resolve-order: rejected` or `Undone: Order found and locked`. */
const internalTitle = /^(?:Undo of )?[a-z]+(?:-[a-z]+)*: [a-z]+$|^Undone: /;

/** Returns the title of a log entry in words of the caller. The stored title of a failed attempt names the step, for operators. */
export const callerTitle = ({ title, step, detail }: Pick<LogEntry, 'title' | 'step' | 'detail'>): string => {
  if (!internalTitle.test(title)) return title;
  const titles = byStep[step.name];
  const general = step.direction === 'run' ? titles?.failed : step.outcome === 'done' ? titles?.undone : titles?.undoFailed;
  return byCode[detail.error as SagaCode] ?? general ?? 'Reset is processed';
};
