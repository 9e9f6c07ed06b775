import type { OrderSeen, SnapshotSeen } from '../evidence.js';
import type { OrderBefore, Save } from '../history.js';
import type { Check, Violation } from './check.js';
import { by } from './check.js';
import type { Cleared } from './cleared-unsaved.js';
import { clearedBy, clearedUnsaved } from './cleared-unsaved.js';

/** All that is known of one order. */
interface Details {
  before: OrderBefore;
  after: OrderSeen;
  saves: Save[];
  cleared: Cleared[];
  snapshots: (SnapshotSeen & { sagaId: string })[];
}

type List = 'bols' | 'drops';

/**
 * I2: what was cleared is in the log, byte for byte, and was there before. Versions tell the order of everything that happened to an order,
 * so what must be on it after each change can be reckoned from what client and writer saved, and compared with what there is.
 */
export const deliveriesKept: Check = ({ history, evidence }) => {
  const journals = by(evidence.entries, ({ sagaId }) => sagaId);
  const clears = by([...journals.values()].flatMap((journal) => clearedBy(journal) ?? []), ({ orderId }) => String(orderId));
  const unsaved = [...journals].flatMap(([subject, journal]) => clearedUnsaved(journal).map((description) => ({ invariant: 'I2' as const, subject, description })));
  const saves = by(history.saves, ({ orderId }) => orderId);
  const snapshots = by(evidence.entries.filter(({ snapshot, orderId }) => snapshot && orderId !== null), ({ orderId }) => orderId!);
  const after = new Map(evidence.orders.map((order) => [order.orderId, order]));
  const unlike = history.orders.flatMap((before) => {
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
  return [...unsaved, ...unlike];
};

const violationsOf = (details: Details): Violation[] => {
  const { before, after, snapshots } = details;
  const compared = (['bols', 'drops'] as const).flatMap((list) => [
    ...snapshots.flatMap((snapshot) => differences(details, list, snapshot[list], snapshot.version, `snapshot of version ${snapshot.version}`, snapshot.sagaId)),
    ...differences(details, list, after[list], Infinity, 'order at the end', before.orderId),
  ]);
  return compared.map((violation) => ({ invariant: 'I2' as const, ...violation }));
};

/** What must be in the list once the order is at `version`: what was there or was saved since the last clear that stands. */
const expectedAt = ({ before, saves, cleared }: Details, list: List, version: number): string[] => {
  const emptiedAt = Math.max(-1, ...cleared.filter((clear) => clear.version < version && !clear.restored).map((clear) => clear.version));
  const saved = saves
    .filter((save) => save.list === list && save.version !== undefined && save.version > emptiedAt && save.version <= version)
    .sort((a, b) => a.version! - b.version!)
    .map(({ digest }) => digest);
  return emptiedAt < 0 ? [...before[list], ...saved] : saved;
};

const differences = (details: Details, list: List, actual: readonly string[], version: number, where: string, subject: string): Omit<Violation, 'invariant'>[] => {
  // Saves of which no answer came may be there or not; what they are is known all the same.
  const dueSagas = new Set(details.saves.filter((save) => save.list === list && save.version === undefined).map(({ digest }) => digest));
  const sure = actual.filter((digest) => !dueSagas.has(digest));
  const expected = expectedAt(details, list, version);
  if (sure.length === expected.length && sure.every((digest, index) => digest === expected[index])) return [];
  const missing = expected.filter((digest) => !sure.includes(digest));
  const foreign = sure.filter((digest) => !expected.includes(digest));
  return [{ subject, description: `${list} of order ${details.before.orderId}, ${where}: ${missing.length} missing, ${foreign.length} that should not be there, ${sure.length} in all (${[...missing, ...foreign].map((digest) => digest.slice(0, 8)).join(' ')})` }];
};
