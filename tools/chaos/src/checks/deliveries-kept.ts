import type { OrderSeen, SnapshotSeen } from '../evidence.js';
import type { OrderBefore, Save } from '../history.js';
import type { Check, Violation } from './check.js';
import { by } from './check.js';
import type { Cleared } from './cleared-unsaved.js';
import { clearedBy, clearedUnsaved } from './cleared-unsaved.js';

/** Everything recorded about one order. */
interface OrderHistory {
  before: OrderBefore;
  after: OrderSeen;
  saves: Save[];
  cleared: Cleared[];
  snapshots: (SnapshotSeen & { sagaId: string })[];
}

type List = 'bols' | 'drops';

/**
 * I2: cleared data is in the log, byte for byte, and was there before. Versions give the sequence of all changes to an order.
 * So the expected deliveries after each change are calculated from the records of the writer, and compared with the actual ones.
 */
export const deliveriesKept: Check = ({ history, evidence }) => {
  const journals = by(evidence.entries, ({ sagaId }) => sagaId);
  const clears = by([...journals.values()].flatMap((journal) => clearedBy(journal) ?? []), ({ orderId }) => String(orderId));
  const unsaved = [...journals].flatMap(([subject, journal]) => clearedUnsaved(journal).map((description) => ({ invariant: 'I2' as const, subject, description })));
  const saves = by(history.saves, ({ orderId }) => orderId);
  const snapshots = by(evidence.entries.filter(({ snapshot, orderId }) => snapshot && orderId !== null), ({ orderId }) => orderId!);
  const after = new Map(evidence.orders.map((order) => [order.orderId, order]));
  const differing = history.orders.flatMap((before) => {
    const { orderId } = before;
    const order = after.get(orderId);
    if (!order) return [{ invariant: 'I2' as const, subject: orderId, description: 'the order is gone' }];
    return violationsOf({
      before,
      after: order,
      saves: saves.get(orderId) ?? [],
      cleared: clears.get(orderId) ?? [],
      snapshots: (snapshots.get(orderId) ?? []).map(({ snapshot, sagaId }) => ({ ...snapshot!, sagaId })),
    });
  });
  return [...unsaved, ...differing];
};

const violationsOf = (details: OrderHistory): Violation[] => {
  const { before, after, snapshots } = details;
  const compared = (['bols', 'drops'] as const).flatMap((list) => [
    ...snapshots.flatMap((snapshot) => differences(details, list, snapshot[list], snapshot.version, `snapshot of version ${snapshot.version}`, snapshot.sagaId)),
    ...differences(details, list, after[list], Infinity, 'order at the end', before.orderId),
  ]);
  return compared.map((violation) => ({ invariant: 'I2' as const, ...violation }));
};

/** Calculates the expected list at a version: everything saved since the last clear that was not undone. */
const expectedAt = ({ before, saves, cleared }: OrderHistory, list: List, version: number): string[] => {
  const emptiedAt = Math.max(-1, ...cleared.filter((clear) => clear.version < version && !clear.restored).map((clear) => clear.version));
  const saved = saves
    .filter((save) => save.list === list && save.version !== undefined && save.version > emptiedAt && save.version <= version)
    .sort((a, b) => a.version! - b.version!)
    .map(({ digest }) => digest);
  return emptiedAt < 0 ? [...before[list], ...saved] : saved;
};

const differences = (details: OrderHistory, list: List, actual: readonly string[], version: number, where: string, subject: string): Omit<Violation, 'invariant'>[] => {
  // A save without a response may or may not be stored, so its digest is ignored.
  const unanswered = new Set(details.saves.filter((save) => save.list === list && save.version === undefined).map(({ digest }) => digest));
  const sure = actual.filter((digest) => !unanswered.has(digest));
  const expected = expectedAt(details, list, version);
  if (sure.length === expected.length && sure.every((digest, index) => digest === expected[index])) return [];
  const missing = expected.filter((digest) => !sure.includes(digest));
  const foreign = sure.filter((digest) => !expected.includes(digest));
  return [{ subject, description: `${list} of order ${details.before.orderId}, ${where}: ${missing.length} missing, ${foreign.length} unexpected, ${sure.length} in total (${[...missing, ...foreign].map((digest) => digest.slice(0, 8)).join(' ')})` }];
};
