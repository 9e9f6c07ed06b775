import { integrationStatus } from '@crossroads/contract';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';
import type { OrderNames } from './saga-view-order.js';
import { concurrencyKeysOf } from './saga-view-order.js';

/**
 * Finds sagas that block each other in a cycle. None of them would ever move, and none is overdue, since each is retried.
 * A saga that locks the order never waits, so no cycle should exist. This check would show a bug in that rule.
 */
export interface WaitCycles {
  /** Returns the sagas of each cycle, among the `most` oldest waiting sagas. Sagas in a cycle never end, so they become the oldest. */
  find(most: number): Promise<string[][]>;
}

type Waiting = Pick<SagaDocument, '_id' | 'concurrency_keys' | 'epoch' | 'settled_epoch' | 'error'>;

interface Locked extends OrderNames {
  lock: { saga_id: string };
}

/** Matches the id of the blocking saga in an error's message. */
const blockingSaga = /\bsaga ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

export const waitCycles = ({ connection }: Store): WaitCycles => ({
  find: (most) =>
    withStoreErrors(async () => {
      const found = await rawCollection<SagaDocument>(connection, collections.sagas)
        .find(
          { status: { $in: integrationStatus.options }, phase: 'waiting' },
          { projection: { concurrency_keys: 1, epoch: 1, settled_epoch: 1, error: 1 }, sort: { _id: 1 }, limit: most },
        )
        .toArray();
      // A claimed saga may have locked the order by now, since its error is of the last attempt.
      const waiting = found.filter(({ epoch, settled_epoch, error }) => epoch === settled_epoch && error?.code === 'order.in_use');
      // Only a lock of a waiting saga can be part of a cycle.
      const locked = await rawCollection<Locked>(connection, collections.orders)
        .find(
          { 'lock.saga_id': { $exists: true, $in: waiting.map(({ _id }) => _id) } },
          { projection: { 'lock.saga_id': 1, origin_order_number: 1, destination_order_number: 1, 'routing.origin_tenant_id': 1, 'routing.destination_tenant_id': 1 } },
        )
        .toArray();
      return cyclesIn(blockersOf(waiting, locked));
    }),
});

/** Returns, for each saga, the sagas that may block it: the one its error names, and those that lock an order with its keys. */
const blockersOf = (waiting: readonly Waiting[], locked: readonly Locked[]): Map<string, Set<string>> => {
  const holders = new Map<string, string>();
  for (const order of locked) for (const key of concurrencyKeysOf(order)) holders.set(key, order.lock.saga_id);
  return new Map(
    waiting.map(({ _id, concurrency_keys, error }) => {
      const blockers = [blockingSaga.exec(error?.message ?? '')?.[1], ...concurrency_keys.map((key) => holders.get(key))];
      return [_id, new Set(blockers.filter((blocker) => blocker !== undefined && blocker !== _id) as string[])];
    }),
  );
};

/** Returns the sagas of each cycle. A saga without a blocker, or that blocks no other, is in no cycle. */
export const cyclesIn = (blockers: ReadonlyMap<string, ReadonlySet<string>>): string[][] => {
  const onward = new Map([...blockers].map(([saga, itsBlockers]) => [saga, new Set([...itsBlockers].filter((blocker) => blockers.has(blocker)))]));
  const backward = new Map([...blockers.keys()].map((saga) => [saga, new Set<string>()]));
  for (const [saga, itsBlockers] of onward) for (const blocker of itsBlockers) backward.get(blocker)!.add(saga);
  removeEnds(onward, backward);
  removeEnds(backward, onward);
  const cycles: string[][] = [];
  const seen = new Set<string>();
  for (const start of [...onward.keys()].sort()) {
    if (seen.has(start)) continue;
    const cycle = new Set([start]);
    for (const saga of cycle) for (const next of [...onward.get(saga)!, ...backward.get(saga)!]) cycle.add(next);
    for (const saga of cycle) seen.add(saga);
    cycles.push([...cycle]);
  }
  return cycles;
};

/** Removes every saga without links, then those that have none left, and so on. */
const removeEnds = (links: Map<string, Set<string>>, back: Map<string, Set<string>>): void => {
  const ends = [...links].filter(([, next]) => next.size === 0).map(([saga]) => saga);
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    for (const before of back.get(end)!) {
      const next = links.get(before)!;
      next.delete(end);
      if (next.size === 0) ends.push(before);
    }
    links.delete(end);
    back.delete(end);
  }
};
