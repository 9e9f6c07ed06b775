import type { Snapshot } from '@crossroads/order-reset';
import type { OrderChange, ResetFixture } from '@crossroads/testkit/memory';

/** One write of a saga that changed the order. */
export interface Changed {
  kind: OrderChange;
  sagaId: string;
  epoch: number;
  /** Version of the order before the write. */
  version: number;
  /** BOLs that the write removed, and those that it added. */
  removed: string[];
  added: string[];
  progression: { before: string; after: string };
  /** For a reset of progression: whether another writer has set it since. */
  movedOn?: boolean;
}

/** Records of a schedule, written at the moment of each event. */
export interface History {
  /** Every BOL that was ever on the order. */
  saved: string[];
  /** Sagas whose caller got the response `pending`. */
  accepted: string[];
  /** Sagas with a decision from outside whose caller got the response that it is valid. */
  decided: Set<string>;
  changes: Changed[];
  /** First final phase and status of each saga. */
  ended: Map<string, string>;
  /** Descriptions of violations. */
  wrong: string[];
}

export const bolOf = (bol: unknown): string => (bol as { bol_number: string }).bol_number;

const snapshotsOf = (fixture: ResetFixture, sagaId: string): Snapshot[] =>
  fixture.journal.entries.flatMap(({ sagaId: of, detail }) => (detail.extra_data && 'bols' in detail.extra_data && of === sagaId ? [detail.extra_data as Snapshot] : []));

/** Starts recording the events of the fixture. Compares each effect with the log at the moment it is applied. */
export const historyOf = (fixture: ResetFixture): History => {
  const { sagas, journal, orders, destination } = fixture;
  const history: History = { saved: fixture.order.bols.map(bolOf), accepted: [], decided: new Set(), changes: [], ended: new Map(), wrong: [] };
  const hasEnded = (sagaId: string): boolean => sagas.sagas.get(sagaId)?.phase === 'ended';

  orders.onChange = (kind, { sagaId, epoch }, before, after) => {
    const [had, has] = [before.bols.map(bolOf), after.bols.map(bolOf)];
    const [removed, added] = [had.filter((bol) => !has.includes(bol)), has.filter((bol) => !had.includes(bol))];
    history.changes.push({ kind, sagaId, epoch, version: before.version, removed, added, progression: { before: before.progression_state, after: after.progression_state } });
    if (hasEnded(sagaId)) history.wrong.push(`${sagaId} changed its order after it had finished: ${kind} at epoch ${epoch}`);
    const saved = new Set(snapshotsOf(fixture, sagaId).flatMap(({ bols }) => bols.map(bolOf)));
    if (kind === 'clear' || kind === 'restore-exactly') {
      const unsaved = removed.filter((bol) => !saved.has(bol));
      if (unsaved.length > 0) history.wrong.push(`${sagaId} removed ${unsaved.join(', ')} before it was saved`);
    }
  };

  journal.onEntry = ({ sagaId, epoch, step }) => {
    const isFinal = step.outcome === 'done' || step.outcome === 'rejected' || step.outcome === 'canceled' || step.outcome === 'terminated';
    if (isFinal && hasEnded(sagaId)) history.wrong.push(`${sagaId} had finished, and then ${step.name} ${step.direction} got the outcome ${step.outcome} at epoch ${epoch}`);
  };

  destination.onArrival = (sagaId) => {
    // An entry that closes a compensation comes after the dispatch: an attempt of an older claim may still be in flight then.
    const closed = journal.entries.find((entry) => entry.sagaId === sagaId && entry.step.name !== 'dispatch-reset' && entry.step.direction === 'run' && (entry.step.outcome === 'canceled' || entry.step.outcome === 'terminated'));
    if (closed) history.wrong.push(`${sagaId} was dispatched after ${closed.step.name} was ${closed.step.outcome}`);
  };
  return history;
};

/** Records which sagas have finished. A finished saga must not change. */
export const noteEnds = ({ sagas }: ResetFixture, history: History): void => {
  for (const { sagaId, phase, status } of sagas.sagas.values()) {
    const how = phase === 'ended' ? status : undefined;
    const before = history.ended.get(sagaId);
    if (before !== undefined && before !== how) history.wrong.push(`${sagaId} had finished as ${before} and is ${phase} ${status} now`);
    if (how !== undefined) history.ended.set(sagaId, how);
  }
};

/** Records sagas that stopped in spite of a confirmed decision. A saga that stopped during its compensation waits for an operator. */
export const noteStops = ({ sagas, journal }: ResetFixture, history: History): void => {
  for (const { sagaId, phase, error } of sagas.sagas.values()) {
    if (phase !== 'stopped' || !history.decided.has(sagaId)) continue;
    const isCompensating = journal.entries.some((entry) => entry.sagaId === sagaId && entry.step.direction === 'undo');
    if (!isCompensating) history.wrong.push(`${sagaId} got a valid decision and stays stopped: ${error?.code}`);
  }
};
