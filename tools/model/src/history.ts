import type { Snapshot } from '@crossroads/order-reset';
import type { OrderChange, ResetWorld } from '@crossroads/testkit/memory';

/** One write of a saga that changed the order. */
export interface Changed {
  kind: OrderChange;
  sagaId: string;
  epoch: number;
  /** The order's version before. */
  version: number;
  /** BOLs that were on the order before and are not after; and the other way round. */
  removed: string[];
  added: string[];
  progression: { before: string; after: string };
  /** Of a reset of progression: another writer has set it since. */
  movedOn?: boolean;
}

/** What is written down from outside while the schedule runs, at the moment it happens. */
export interface History {
  /** Every BOL that was ever on the order. */
  saved: string[];
  /** Sagas whose caller was told `pending`. */
  accepted: string[];
  changes: Changed[];
  /** How each saga ended, when it first did. */
  ended: Map<string, string>;
  /** Sentences about what must never happen, and did. */
  wrong: string[];
}

export const bolOf = (bol: unknown): string => (bol as { bol_number: string }).bol_number;

const snapshotsOf = (world: ResetWorld, sagaId: string): Snapshot[] =>
  world.journal.entries.flatMap(({ sagaId: of, detail }) => (detail.extra_data && 'bols' in detail.extra_data && of === sagaId ? [detail.extra_data as Snapshot] : []));

/** Begins to write down what happens in the world, and compares each effect with the log at the very moment it takes place. */
export const historyOf = (world: ResetWorld): History => {
  const { sagas, journal, orders, destination } = world;
  const history: History = { saved: world.order.bols.map(bolOf), accepted: [], changes: [], ended: new Map(), wrong: [] };
  const hasEnded = (sagaId: string): boolean => sagas.sagas.get(sagaId)?.phase === 'ended';

  orders.onChange = (kind, { sagaId, epoch }, before, after) => {
    const [had, has] = [before.bols.map(bolOf), after.bols.map(bolOf)];
    const [removed, added] = [had.filter((bol) => !has.includes(bol)), has.filter((bol) => !had.includes(bol))];
    history.changes.push({ kind, sagaId, epoch, version: before.version, removed, added, progression: { before: before.progression_state, after: after.progression_state } });
    if (hasEnded(sagaId)) history.wrong.push(`${sagaId} had ended, and then its order was changed for it: ${kind} at epoch ${epoch}`);
    const saved = new Set(snapshotsOf(world, sagaId).flatMap(({ bols }) => bols.map(bolOf)));
    if (kind === 'clear' || kind === 'restore-exactly') {
      const unsaved = removed.filter((bol) => !saved.has(bol));
      if (unsaved.length > 0) history.wrong.push(`${sagaId} removed ${unsaved.join(', ')} before it was saved`);
    }
  };

  journal.onEntry = ({ sagaId, epoch, step }) => {
    const finalOutcome = step.outcome === 'done' || step.outcome === 'rejected' || step.outcome === 'canceled' || step.outcome === 'terminated';
    if (finalOutcome && hasEnded(sagaId)) history.wrong.push(`${sagaId} had ended, and then ${step.name} ${step.direction} came out ${step.outcome} at epoch ${epoch}`);
  };

  destination.onArrival = (sagaId) => {
    // An entry that closes a compensation comes after the dispatch: an attempt of an older claim may still be in flight then.
    const closed = journal.entries.find((entry) => entry.sagaId === sagaId && entry.step.name !== 'dispatch-reset' && entry.step.direction === 'run' && (entry.step.outcome === 'canceled' || entry.step.outcome === 'terminated'));
    if (closed) history.wrong.push(`${sagaId} was dispatched after ${closed.step.name} was ${closed.step.outcome}`);
  };
  return history;
};

/** Notes which sagas have ended by now; one that ended stays as it ended. */
export const noteEnds = ({ sagas }: ResetWorld, history: History): void => {
  for (const { sagaId, phase, status } of sagas.sagas.values()) {
    const how = phase === 'ended' ? status : undefined;
    const before = history.ended.get(sagaId);
    if (before !== undefined && before !== how) history.wrong.push(`${sagaId} had ended ${before} and now is ${phase} ${status}`);
    if (how !== undefined) history.ended.set(sagaId, how);
  }
};
