import type { Check, Violation } from './check.js';
import { by } from './check.js';

/**
 * I6: the log alone gives back each cleared order's deliveries and progression as client and writer knew them. Whether the deliveries in a snapshot
 * are the right ones is I2's question; here it is the progression, which is what last was set.
 */
export const restorable: Check = ({ history, evidence }) => {
  const saves = by(history.saves.filter(({ progression }) => progression !== undefined), ({ orderId }) => orderId);
  const before = new Map(history.orders.map((order) => [order.orderId, order]));
  const snapshots = by(evidence.entries.filter(({ snapshot, orderId }) => snapshot && orderId !== null), ({ orderId }) => orderId!);
  const dueSagas = new Set(history.saves.filter(({ version }) => version === undefined).map(({ orderId }) => orderId));
  return [...snapshots].flatMap(([orderId, entries]) => {
    const order = before.get(orderId);
    if (!order) return [];
    const first = Math.min(...entries.map(({ snapshot }) => snapshot!.version));
    return entries.flatMap(({ sagaId, snapshot }): Violation[] => {
      const { version, progression } = snapshot!;
      const lastSet = (saves.get(orderId) ?? []).filter((save) => save.version !== undefined && save.version <= version).sort((a, b) => b.version! - a.version!)[0];
      const possible = [lastSet?.progression ?? order.progression, ...(version > first ? ['NO_PROGRESS'] : [])];
      if (possible.includes(progression) || dueSagas.has(orderId)) return [];
      return [{ invariant: 'I6', subject: sagaId, description: `snapshot of version ${version} of order ${orderId} has progression ${progression}, it was ${possible.join(' or ')}` }];
    });
  });
};
