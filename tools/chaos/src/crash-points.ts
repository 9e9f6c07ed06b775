/** A place where a worker may crash, and the state of its saga there. */
export interface CrashPoint {
  /** P0 … P17 are the specification's; U… belong to compensation. */
  name: string;
  /** The failpoint. */
  point: string;
  means: string;
  /** Milliseconds between failpoint and crash, so that a call is in flight. */
  afterMs?: number;
}

/**
 * Snapshot, clear and progression are single writes of single documents. So the specification's points inside them
 * (chunk k of n, item k of n) are the moments just before, during and just after that write.
 */
export const crashPoints: readonly CrashPoint[] = [
  { name: 'P0', point: 'sagas.claim before', means: 'job taken, saga not claimed' },
  { name: 'P1', point: 'sagas.claim after', means: 'claimed, nothing done' },
  { name: 'P2', point: 'orders.find after', means: 'order read, not locked' },
  { name: 'P2b', point: 'orders.lock before', afterMs: 1, means: 'lock in flight' },
  { name: 'P3', point: 'orders.lock after', means: 'order locked, journal without the entry' },
  { name: 'P4', point: 'orders.snapshot after', means: 'deliveries read, not saved' },
  { name: 'P5', point: 'journal.write:snapshot-order:run:done before', afterMs: 1, means: 'snapshot in flight to the log' },
  { name: 'P6', point: 'journal.write:snapshot-order:run:done after', means: 'snapshot saved, nothing cleared' },
  { name: 'P7', point: 'orders.clearDeliveries before', means: 'about to clear' },
  { name: 'P8', point: 'orders.clearDeliveries before', afterMs: 1, means: 'clear in flight' },
  { name: 'P9', point: 'orders.clearDeliveries after', means: 'cleared, journal without the entry' },
  { name: 'P10', point: 'journal.write:clear-deliveries:run:done after', means: 'cleared, and the entry is in the journal' },
  { name: 'P11', point: 'orders.resetProgression before', means: 'progression about to be reset' },
  { name: 'P11b', point: 'orders.resetProgression after', means: 'progression reset, journal without the entry' },
  { name: 'P12', point: 'journal.write:dispatch-reset:run:recorded after', means: 'request in the journal, not sent' },
  { name: 'P13', point: 'journal.write:dispatch-reset:run:recorded after', afterMs: 25, means: 'request sent, no reply yet' },
  { name: 'P14', point: 'destinations.send after', means: 'reply received, journal without the entry' },
  { name: 'P15', point: 'journal.write:dispatch-reset:run:done after', means: 'result in the journal, order still locked' },
  { name: 'P16', point: 'sagas.saveState after', means: 'saga finished, job not completed' },
  { name: 'P16b', point: 'sagas.saveState after', afterMs: 3, means: 'job completed, worker about to take the next' },
  { name: 'P17a', point: 'journal.write:resolve-order:run:done before', afterMs: 1, means: 'inside the log write of resolve-order' },
  { name: 'P17b', point: 'journal.write:clear-deliveries:run:done before', afterMs: 1, means: 'inside the log write of clear-deliveries' },
  { name: 'P17c', point: 'journal.write:reset-progression:run:done before', afterMs: 1, means: 'inside the log write of reset-progression' },
  { name: 'P17d', point: 'journal.write:dispatch-reset:run:done before', afterMs: 1, means: 'inside the log write of dispatch-reset' },
];

/** Crash points of compensation. Only sagas that the destination rejects reach them. */
export const undoPoints: readonly CrashPoint[] = [
  { name: 'U1', point: 'journal.write:dispatch-reset:run:rejected before', afterMs: 1, means: 'rejection received, entry in flight to the journal' },
  { name: 'U2', point: 'orders.restoreProgression after', means: 'progression restored, journal without the entry' },
  { name: 'U3', point: 'orders.restoreDeliveries before', afterMs: 1, means: 'restore of the deliveries in flight' },
  { name: 'U4', point: 'orders.restoreDeliveries after', means: 'deliveries restored, journal without the entry' },
];
