/** One place where a worker may die, and what that means for the saga in its hands. */
export interface CrashPoint {
  /** P0 … P17 are the specification's; U… lie on the way back. */
  name: string;
  /** As the worker announces it. */
  point: string;
  means: string;
  /** Milliseconds after the announcement: a call is on its way then. */
  afterMs?: number;
}

/**
 * Snapshot, clear and progression are one write of one document each, so the specification's points inside them (chunk k of n, item k of n)
 * are the points just before and just after that write, and a few milliseconds into it.
 */
export const crashPoints: readonly CrashPoint[] = [
  { name: 'P0', point: 'sagas.claim before', means: 'job taken, saga not claimed' },
  { name: 'P1', point: 'sagas.claim after', means: 'claimed, nothing done' },
  { name: 'P2', point: 'orders.find after', means: 'order read, not held' },
  { name: 'P2b', point: 'orders.lock before', afterMs: 1, means: 'hold on its way' },
  { name: 'P3', point: 'orders.lock after', means: 'order held, journal does not say so' },
  { name: 'P4', point: 'orders.snapshot after', means: 'deliveries read, not saved' },
  { name: 'P5', point: 'journal.write:snapshot-order:run:done before', afterMs: 1, means: 'snapshot on its way to the log' },
  { name: 'P6', point: 'journal.write:snapshot-order:run:done after', means: 'snapshot saved, nothing cleared' },
  { name: 'P7', point: 'orders.clearDeliveries before', means: 'about to clear' },
  { name: 'P8', point: 'orders.clearDeliveries before', afterMs: 1, means: 'clear on its way' },
  { name: 'P9', point: 'orders.clearDeliveries after', means: 'cleared, journal does not say so' },
  { name: 'P10', point: 'journal.write:clear-deliveries:run:done after', means: 'cleared and said so' },
  { name: 'P11', point: 'orders.resetProgression before', means: 'progression about to be reset' },
  { name: 'P11b', point: 'orders.resetProgression after', means: 'progression reset, journal does not say so' },
  { name: 'P12', point: 'journal.write:dispatch-reset:run:recorded after', means: 'request in the journal, not sent' },
  { name: 'P13', point: 'destinations.send before', afterMs: 25, means: 'request sent, no reply yet' },
  { name: 'P14', point: 'destinations.send after', means: 'reply here, journal does not say so' },
  { name: 'P15', point: 'journal.write:dispatch-reset:run:done after', means: 'result in the journal, order still held' },
  { name: 'P15b', point: 'orders.unlock after', means: 'order unlocked, saga not ended' },
  { name: 'P16', point: 'sagas.saveState after', means: 'saga ended, job not acknowledged' },
  { name: 'P16b', point: 'sagas.saveState after', afterMs: 3, means: 'job acknowledged, worker about to take the next' },
  { name: 'P17a', point: 'journal.write:resolve-order:run:done before', afterMs: 1, means: 'inside the log write of resolve-order' },
  { name: 'P17b', point: 'journal.write:clear-deliveries:run:done before', afterMs: 1, means: 'inside the log write of clear-deliveries' },
  { name: 'P17c', point: 'journal.write:reset-progression:run:done before', afterMs: 1, means: 'inside the log write of reset-progression' },
  { name: 'P17d', point: 'journal.write:dispatch-reset:run:done before', afterMs: 1, means: 'inside the log write of dispatch-reset' },
];

/** Only sagas the destination refuses come by here. */
export const undoPoints: readonly CrashPoint[] = [
  { name: 'U1', point: 'journal.write:dispatch-reset:run:refused before', afterMs: 1, means: 'refusal heard, on its way to the journal' },
  { name: 'U2', point: 'orders.restoreProgression after', means: 'progression put back, journal does not say so' },
  { name: 'U3', point: 'orders.restoreDeliveries before', afterMs: 1, means: 'deliveries on their way back' },
  { name: 'U4', point: 'orders.restoreDeliveries after', means: 'deliveries back, journal does not say so' },
];
