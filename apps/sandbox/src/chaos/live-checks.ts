import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';
import { by } from './checks/check.js';
import { clearedUnsaved } from './checks/cleared-unsaved.js';
import { mutualExclusion } from './checks/mutual-exclusion.js';
import { orderOfSteps } from './checks/order-of-steps.js';
import type { EntrySeen, SagaSeen } from './evidence.js';
import { digestsOf, entrySeen, exactly, sagaSeen } from './evidence.js';

/** One invariant as far as the database alone can tell, and what speaks against it. */
export interface LiveVerdict {
  promise: string;
  /** How many sagas, snapshots or orders were looked at. */
  looked: number;
  violations: { subject: string; says: string }[];
}

/** Sagas whose entries are read together. */
const batch = 200;

/**
 * Reads a database in use, a few hundred sagas at a time. A saga is read before its entries: what it says must be in them by then,
 * while entries may be newer than it.
 */
export const liveVerdicts = async (store: Store, { overdueMinutes }: { overdueMinutes: number }): Promise<LiveVerdict[]> => {
  const db = store.connection.db!;
  const digests = digestsOf(store);
  const saved: LiveVerdict = { promise: 'snapshots have the digest they name, and none was missing when its order was cleared', looked: 0, violations: [] };
  const steps: LiveVerdict = { promise: 'steps in their order, one verdict each, synced means all done', looked: 0, violations: [] };
  const turns: EntrySeen[] = [];

  const judge = async (sagas: SagaSeen[]): Promise<void> => {
    const filter = { saga_id: { $in: sagas.map(({ sagaId }) => sagaId) } };
    const raw = await db.collection(collections.logs).find(filter, { ...exactly, projection: { inbound_request: 0, outbound_request: 0, routing: 0 } }).toArray();
    const entries = raw.map((entry) => entrySeen(entry, digests));
    steps.looked += sagas.length;
    steps.violations.push(...orderOfSteps({ evidence: { sagas, entries, orders: [] } }));
    for (const [subject, journal] of by(entries, ({ sagaId }) => sagaId)) {
      saved.looked += journal.filter(({ snapshot }) => snapshot).length;
      saved.violations.push(...clearedUnsaved(journal).map((says) => ({ subject, says })));
    }
    for (const { snapshot: _snapshot, ...entry } of entries) turns.push(entry);
  };
  let waiting: SagaSeen[] = [];
  for await (const saga of db.collection(collections.sagas).find({ type: 'reset_order' }, { projection: { request: 0, inbound_request: 0 }, sort: { _id: 1 } })) {
    waiting.push(sagaSeen(saga));
    if (waiting.length < batch) continue;
    await judge(waiting);
    waiting = [];
  }
  await judge(waiting);

  return [
    saved,
    steps,
    { promise: 'one reset per order at a time', looked: steps.looked, violations: mutualExclusion({ evidence: { sagas: [], entries: turns, orders: [] } }) },
    await fences(store),
    await overdue(store, overdueMinutes),
  ];
};

/** An order is held only by a saga that is still under way, or stopped for an operator. */
const fences = async ({ connection }: Store): Promise<LiveVerdict> => {
  const held = await connection.db!
    .collection(collections.orders)
    .aggregate([
      { $match: { 'fence.saga_id': { $exists: true } } },
      { $lookup: { from: collections.sagas, localField: 'fence.saga_id', foreignField: '_id', as: 'saga' } },
      { $project: { 'fence.saga_id': 1, 'saga.phase': 1 } },
    ])
    .toArray();
  const violations = held
    .filter(({ saga }) => saga.length === 0 || saga[0].phase === 'ended')
    .map(({ _id, fence, saga }) => ({ subject: String(_id), says: `held by saga ${fence.saga_id}, which ${saga.length === 0 ? 'does not exist' : 'has ended'}` }));
  return { promise: 'orders are held by living sagas only', looked: held.length, violations };
};

const overdue = async ({ connection }: Store, minutes: number): Promise<LiveVerdict> => {
  const sagas = connection.db!.collection(collections.sagas);
  const late = { $lt: ['$next_run_at', { $subtract: ['$$NOW', minutes * 60_000] }] };
  const found = await sagas
    // A saga that was just accepted is due since 1970.
    .find({ next_run_at: { $exists: true }, $expr: { $and: [late, { $lt: ['$accepted_at', { $subtract: ['$$NOW', minutes * 60_000] }] }] } }, { projection: { next_run_at: 1, phase: 1 } })
    .toArray();
  const violations = found.map(({ _id, phase, next_run_at }) => ({ subject: String(_id), says: `${phase as string}, due since ${(next_run_at as Date).toISOString()}` }));
  return { promise: `no saga overdue for more than ${minutes} minutes`, looked: await sagas.countDocuments({ next_run_at: { $exists: true } }), violations };
};
