import type { Snapshot } from '@crossroads/order-reset';
import type { ResetWorld } from '../reset-world.js';

/** What somebody outside wrote down while the schedule ran. */
export interface History {
  /** Every BOL that was ever on the order. */
  saved: string[];
  /** BOLs that were cleared while no snapshot in the log held them. */
  clearedUnsaved: string[];
  /** What each saga's effective clears removed, in turn. */
  clears: Map<string, string[][]>;
}

export const bolOf = (bol: unknown): string => (bol as { bol_number: string }).bol_number;

export const snapshotsOf = (world: ResetWorld, sagaId?: string): Snapshot[] =>
  world.journal.entries.flatMap(({ sagaId: of, detail }) => (detail.extra_data && 'bols' in detail.extra_data && (sagaId === undefined || of === sagaId) ? [detail.extra_data as Snapshot] : []));

/** Begins to write down what happens to the world's order: whatever a clear removes is compared with the log at that very moment. */
export const historyOf = (world: ResetWorld): History => {
  const history: History = { saved: world.order.bols.map(bolOf), clearedUnsaved: [], clears: new Map() };
  const clear = world.orders.clearDeliveries;
  world.orders.clearDeliveries = async (orderId, version, hold) => {
    const before = world.order.bols;
    const outcome = await clear(orderId, version, hold);
    if (before.length > 0 && world.order.bols.length === 0) {
      const removed = before.map(bolOf);
      const inLog = new Set(snapshotsOf(world, hold.sagaId).flatMap(({ bols }) => bols.map(bolOf)));
      history.clears.set(hold.sagaId, [...(history.clears.get(hold.sagaId) ?? []), removed]);
      history.clearedUnsaved.push(...removed.filter((bol) => !inLog.has(bol)));
    }
    return outcome;
  };
  return history;
};
