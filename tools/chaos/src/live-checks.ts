import type { Store } from '@crossroads/store';
import { collections, waitCycles } from '@crossroads/store';
import { by } from './checks/check.js';
import { clearedUnsaved } from './checks/cleared-unsaved.js';
import { mutualExclusion } from './checks/mutual-exclusion.js';
import { orderOfSteps } from './checks/order-of-steps.js';
import type { EntrySeen, SagaSeen } from './evidence.js';
import { digestsOf, entriesSeen, losslessBson, sagaSeen } from './evidence.js';

/** One invariant that the database can show on its own, and its violations. */
export interface LiveFinding {
  promise: string;
  /** Number of sagas, snapshots or orders that were checked. */
  checked: number;
  violations: { subject: string; description: string }[];
}

/** Sagas whose entries are read in one query. */
const batchSize = 200;

/**
 * Checks a database in use, a few hundred sagas at a time. Each saga is read before its entries.
 * In the other order, a saga could finish in between and look as if entries were missing.
 */
export const liveFindings = async (store: Store, { overdueMinutes }: { overdueMinutes: number }): Promise<LiveFinding[]> => {
  const db = store.connection.db!;
  const digests = digestsOf(store);
  const saved: LiveFinding = { promise: 'each snapshot has its digest, and existed when its order was cleared', checked: 0, violations: [] };
  const steps: LiveFinding = { promise: 'steps in their order, one final outcome each, synced means all done', checked: 0, violations: [] };
  const allEntries: EntrySeen[] = [];

  const checkBatch = async (sagas: SagaSeen[]): Promise<void> => {
    const filter = { saga_id: { $in: sagas.map(({ sagaId }) => sagaId) } };
    const raw = await db.collection(collections.logs).find(filter, { ...losslessBson, projection: { outbound_request: 0, routing: 0 } }).toArray();
    const entries = entriesSeen(raw, digests);
    steps.checked += sagas.length;
    steps.violations.push(...orderOfSteps({ evidence: { sagas, entries, orders: [] } }));
    for (const [subject, journal] of by(entries, ({ sagaId }) => sagaId)) {
      saved.checked += journal.filter(({ snapshot }) => snapshot).length;
      saved.violations.push(...clearedUnsaved(journal).map((description) => ({ subject, description })));
    }
    for (const { snapshot: _snapshot, ...entry } of entries) allEntries.push(entry);
  };
  let batch: SagaSeen[] = [];
  for await (const saga of db.collection(collections.sagas).find({ type: 'reset_order' }, { projection: { request: 0, inbound_request: 0 }, sort: { _id: 1 } })) {
    batch.push(sagaSeen(saga));
    if (batch.length < batchSize) continue;
    await checkBatch(batch);
    batch = [];
  }
  await checkBatch(batch);

  return [
    saved,
    steps,
    { promise: 'one reset per order at a time', checked: steps.checked, violations: mutualExclusion({ evidence: { sagas: [], entries: allEntries, orders: [] } }) },
    await overdue(store, overdueMinutes),
    await waitingCycles(store),
    await recoveries(store),
  ];
};

/** A saga is overdue when it was due and last written long ago. A saga that is due immediately has `next_run_at` 1970, so that field alone does not suffice. */
const overdue = async ({ connection }: Store, minutes: number): Promise<LiveFinding> => {
  const sagas = connection.db!.collection(collections.sagas);
  const longAgo = { $subtract: ['$$NOW', minutes * 60_000] };
  const found = await sagas
    .find(
      { next_run_at: { $exists: true }, $expr: { $and: [{ $lt: ['$next_run_at', longAgo] }, { $lt: ['$updated_at', longAgo] }] } },
      { projection: { next_run_at: 1, phase: 1, updated_at: 1 } },
    )
    .toArray();
  const violations = found.map(({ _id, phase, next_run_at, updated_at }) => ({
    subject: String(_id),
    description: `${phase as string}, due since ${(next_run_at as Date).toISOString()}, last written ${(updated_at as Date).toISOString()}`,
  }));
  return { promise: `no saga due for more than ${minutes} minute${minutes === 1 ? '' : 's'} without progress`, checked: await sagas.countDocuments({ next_run_at: { $exists: true } }), violations };
};

/** Sagas in a cycle would wait forever, and none of them would be overdue. */
const waitingCycles = async (store: Store): Promise<LiveFinding> => {
  const found = await waitCycles(store).find(0);
  const violations = found.map((cycle) => ({ subject: cycle[0]!, description: `is in a cycle of ${cycle.length}: ${cycle.join(', ')}` }));
  return { promise: 'no sagas wait for each other in a cycle', checked: await store.connection.db!.collection(collections.sagas).countDocuments({ phase: 'waiting' }), violations };
};

/** Two recoveries of one reset would restore the same deliveries twice. */
const recoveries = async ({ connection }: Store): Promise<LiveFinding> => {
  const open = await connection.db!
    .collection(collections.sagas)
    .aggregate<{ _id: string; ids: string[] }>([
      { $match: { type: 'recover_order', phase: { $ne: 'ended' } } },
      { $group: { _id: '$request.recovers.saga_id', ids: { $push: '$_id' } } },
    ])
    .toArray();
  const violations = open.filter(({ ids }) => ids.length > 1).map(({ _id, ids }) => ({ subject: _id, description: `is restored by ${ids.length} recoveries at once: ${ids.join(', ')}` }));
  return { promise: 'one recovery of a reset at a time', checked: open.length, violations };
};
