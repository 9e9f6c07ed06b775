import type { Store } from '@crossroads/store';
import { collections, waitCycles } from '@crossroads/store';
import { by } from './checks/check.js';
import { clearedUnsaved } from './checks/cleared-unsaved.js';
import { mutualExclusion } from './checks/mutual-exclusion.js';
import { orderOfSteps } from './checks/order-of-steps.js';
import type { EntrySeen, SagaSeen } from './evidence.js';
import { digestsOf, entrySeen, losslessBson, sagaSeen } from './evidence.js';

/** One invariant as far as the database alone can tell, and what speaks against it. */
export interface LiveFinding {
  promise: string;
  /** How many sagas, snapshots or orders were looked at. */
  looked: number;
  violations: { subject: string; description: string }[];
}

/** Sagas whose entries are read together. */
const batch = 200;

/**
 * Reads a database in use, a few hundred sagas at a time. A saga is read before its entries: what it says must be in them by then,
 * while entries may be newer than it.
 */
export const liveFindings = async (store: Store, { overdueMinutes }: { overdueMinutes: number }): Promise<LiveFinding[]> => {
  const db = store.connection.db!;
  const digests = digestsOf(store);
  const saved: LiveFinding = { promise: 'snapshots have the digest they name, and none was missing when its order was cleared', looked: 0, violations: [] };
  const steps: LiveFinding = { promise: 'steps in their order, one verdict each, synced means all done', looked: 0, violations: [] };
  const executions: EntrySeen[] = [];

  const judge = async (sagas: SagaSeen[]): Promise<void> => {
    const filter = { saga_id: { $in: sagas.map(({ sagaId }) => sagaId) } };
    const raw = await db.collection(collections.logs).find(filter, { ...losslessBson, projection: { inbound_request: 0, outbound_request: 0, routing: 0 } }).toArray();
    const entries = raw.map((entry) => entrySeen(entry, digests));
    steps.looked += sagas.length;
    steps.violations.push(...orderOfSteps({ evidence: { sagas, entries, orders: [] } }));
    for (const [subject, journal] of by(entries, ({ sagaId }) => sagaId)) {
      saved.looked += journal.filter(({ snapshot }) => snapshot).length;
      saved.violations.push(...clearedUnsaved(journal).map((description) => ({ subject, description })));
    }
    for (const { snapshot: _snapshot, ...entry } of entries) executions.push(entry);
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
    { promise: 'one reset per order at a time', looked: steps.looked, violations: mutualExclusion({ evidence: { sagas: [], entries: executions, orders: [] } }) },
    await locks(store),
    await overdue(store, overdueMinutes),
    await circles(store),
    await recoveries(store),
  ];
};

/** An order is held only by a saga that is still under way, or stopped for an operator. */
const locks = async ({ connection }: Store): Promise<LiveFinding> => {
  const held = await connection.db!
    .collection(collections.orders)
    .aggregate([
      { $match: { 'lock.saga_id': { $exists: true } } },
      { $lookup: { from: collections.sagas, localField: 'lock.saga_id', foreignField: '_id', as: 'saga' } },
      { $project: { 'lock.saga_id': 1, 'saga.phase': 1 } },
    ])
    .toArray();
  const violations = held
    .filter(({ saga }) => saga.length === 0 || saga[0].phase === 'ended')
    .map(({ _id, lock, saga }) => ({ subject: String(_id), description: `held by saga ${lock.saga_id}, which ${saga.length === 0 ? 'does not exist' : 'has ended'}` }));
  return { promise: 'orders are held by living sagas only', looked: held.length, violations };
};

/** Due, and nothing has been written of it since. The second is asked too, because what is due at once is due since 1970. */
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
  return { promise: `no saga due for more than ${minutes} minute${minutes === 1 ? '' : 's'} without moving`, looked: await sagas.countDocuments({ next_run_at: { $exists: true } }), violations };
};

/** Each would wait for the next for ever, and none would be overdue. */
const circles = async (store: Store): Promise<LiveFinding> => {
  const found = await waitCycles(store).find(0);
  const violations = found.map((circle) => ({ subject: circle[0]!, description: `waits in a circle of ${circle.length}: ${circle.join(', ')}` }));
  return { promise: 'no sagas wait for one another in a circle', looked: await store.connection.db!.collection(collections.sagas).countDocuments({ phase: 'waiting' }), violations };
};

/** Two would put the same things back, one over the other. */
const recoveries = async ({ connection }: Store): Promise<LiveFinding> => {
  const open = await connection.db!
    .collection(collections.sagas)
    .aggregate<{ _id: string; ids: string[] }>([
      { $match: { type: 'recover_order', phase: { $ne: 'ended' } } },
      { $group: { _id: '$request.recovers.saga_id', ids: { $push: '$_id' } } },
    ])
    .toArray();
  const violations = open.filter(({ ids }) => ids.length > 1).map(({ _id, ids }) => ({ subject: _id, description: `is being put back by ${ids.length} recoveries at once: ${ids.join(', ')}` }));
  return { promise: 'one recovery of a reset at a time', looked: open.length, violations };
};
