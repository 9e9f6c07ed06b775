import type { AuditLog, Snapshot, SnapshotInfo } from '@crossroads/order-reset';
import type { MemoryJournal } from './memory-journal.js';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

/** Reads cleared data back from the journal. */
export const memoryAuditLog = ({ entries }: MemoryJournal, reach: Reach = immediate): AuditLog => ({
  cleared: (sagaId) =>
    reach.read('auditLog.cleared', () => {
      const finalOutcomes = entries.filter((entry) => entry.sagaId === sagaId && entry.step.name === 'clear-deliveries' && ['done', 'terminated', 'recorded'].includes(entry.step.outcome));
      if (finalOutcomes.some(({ step, output }) => step.direction === 'undo' && (output as { restored?: boolean } | undefined)?.restored)) return 'restored';
      return finalOutcomes.flatMap(({ output }) => (output as { cleared?: SnapshotInfo } | undefined)?.cleared ?? [])[0];
    }),
  snapshot: (sagaId, version) =>
    reach.read('auditLog.snapshot', () => {
      const snapshots = entries.flatMap((entry) => (entry.sagaId === sagaId ? [entry.detail.extra_data as Snapshot | undefined] : []));
      const found = snapshots.find((snapshot) => snapshot?.version === version);
      if (!found) throw new Error(`The log has no snapshot of version ${version} for saga ${sagaId}.`);
      return found;
    }),
});
