import type { EntrySeen } from '../evidence.js';
import type { Save } from '../history.js';
import type { Check, Violation } from './check.js';
import { by } from './check.js';

/** I3: each order's version rose by exactly the recorded changes, and no item is on it twice. */
export const effectOnce: Check = ({ history, evidence }) => {
  const entries = by(evidence.entries.filter(({ orderId }) => orderId !== null), ({ orderId }) => orderId!);
  const saves = by(history.saves, ({ orderId }) => orderId);
  const after = new Map(evidence.orders.map((order) => [order.orderId, order]));
  const stored = new Set(evidence.entries.flatMap(({ snapshot }) => (snapshot ? [...snapshot.bols, ...snapshot.drops] : [])));
  return history.orders.flatMap(({ orderId, version }): Violation[] => {
    const order = after.get(orderId);
    if (!order) return [];
    for (const digest of [...order.bols, ...order.drops]) stored.add(digest);
    const { least, most } = raisesOf(entries.get(orderId) ?? [], saves.get(orderId) ?? [], stored);
    const raised = order.version - version;
    const twice = [...order.bols, ...order.drops].filter((digest, index, all) => all.indexOf(digest) !== index);
    return [
      ...(raised < least || raised > most ? [`version rose by ${raised}, expected ${least === most ? least : `${least} to ${most}`}`] : []),
      ...(twice.length > 0 ? [`${twice.length} deliveries are on it twice`] : []),
    ].map((description) => ({ invariant: 'I3', subject: orderId, description }));
  });
};

/** Calculates by how much the version must have risen. A save without a response counts when its BOL or drop is stored somewhere. */
const raisesOf = (entries: readonly EntrySeen[], saves: readonly Save[], stored: ReadonlySet<string>): { least: number; most: number } => {
  const done = (step: string, direction: string) =>
    entries.filter((entry) => entry.step === step && entry.direction === direction && entry.outcome === 'done');
  const saved = saves.filter(({ version, digest }) => version !== undefined || stored.has(digest)).length;
  const cleared = new Set(done('clear-deliveries', 'run').map(({ sagaId }) => sagaId));
  const restored = done('clear-deliveries', 'undo').filter(({ sagaId }) => cleared.has(sagaId)).length;
  const least = saved + cleared.size + done('reset-progression', 'run').length + restored;
  // Compensation does not touch the progression when another writer has changed it since.
  return { least, most: least + done('reset-progression', 'undo').length };
};
