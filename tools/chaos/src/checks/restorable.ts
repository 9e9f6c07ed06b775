import type { Check, Violation } from './check.js';
import { by } from './check.js';

/**
 * I6: each cleared order can be restored from the log. I2 checks the deliveries of the snapshots.
 * This check compares their progression with the one that the writer or a reset set last.
 */
export const restorable: Check = ({ history, evidence }) => {
  const saves = by(history.saves.filter(({ progression }) => progression !== undefined), ({ orderId }) => orderId);
  const before = new Map(history.orders.map((order) => [order.orderId, order]));
  const snapshots = by(evidence.entries.filter(({ snapshot, orderId }) => snapshot && orderId !== null), ({ orderId }) => orderId!);
  const unanswered = new Set(history.saves.filter(({ version }) => version === undefined).map(({ orderId }) => orderId));
  return [...snapshots].flatMap(([orderId, entries]) => {
    const order = before.get(orderId);
    if (!order) return [];
    const first = Math.min(...entries.map(({ snapshot }) => snapshot!.version));
    return entries.flatMap(({ sagaId, snapshot }): Violation[] => {
      const { version, progression } = snapshot!;
      const lastSet = (saves.get(orderId) ?? []).filter((save) => save.version !== undefined && save.version <= version).sort((a, b) => b.version! - a.version!)[0];
      const possible = [lastSet?.progression ?? order.progression, ...(version > first ? ['NO_PROGRESS'] : [])];
      if (possible.includes(progression) || unanswered.has(orderId)) return [];
      return [{ invariant: 'I6', subject: sagaId, description: `snapshot of version ${version} of order ${orderId} has progression ${progression}, expected ${possible.join(' or ')}` }];
    });
  });
};
