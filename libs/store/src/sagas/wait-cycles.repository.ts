import { integrationStatus } from '@crossroads/contract';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import type { OrderNames } from './saga-view-order.js';
import { concurrencyKeysOf } from './saga-view-order.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/**
 * Sagas that wait for one another in a circle. None of them would ever move, and none is overdue, since each looks again by itself.
 * A saga that has the order never waits, so there is no circle; this is how an error in that would be seen.
 */
export interface WaitCycles {
  /** Each circle's sagas. Looks at the `most` sagas accepted first among those that wait; those in a circle become the oldest. */
  find(most: number): Promise<string[][]>;
}

type Waiting = Pick<SagaDocument, '_id' | 'concurrency_keys' | 'epoch' | 'settled_epoch' | 'error'>;

interface Held extends OrderNames {
  lock: { saga_id: string };
}

/** The saga that an error names as the one to end first. */
const named = /\bsaga ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

export const waitCycles = ({ connection }: Store): WaitCycles => ({
  find: (most) =>
    withStoreErrors(async () => {
      const found = await rawCollection<SagaDocument>(connection, collections.sagas)
        .find(
          { status: { $in: integrationStatus.options }, phase: 'waiting' },
          { projection: { concurrency_keys: 1, epoch: 1, settled_epoch: 1, error: 1 }, sort: { _id: 1 }, limit: most },
        )
        .toArray();
      // One that is being looked at may have the order by now; what it says it waits for is of its last look.
      const waiting = found.filter(({ epoch, settled_epoch, error }) => epoch === settled_epoch && error?.code === 'order.in_use');
      // Only a lock whose holder waits itself can be part of a circle.
      const held = await rawCollection<Held>(connection, collections.orders)
        .find(
          { 'lock.saga_id': { $exists: true, $in: waiting.map(({ _id }) => _id) } },
          { projection: { 'lock.saga_id': 1, origin_order_number: 1, destination_order_number: 1, 'routing.origin_tenant_id': 1, 'routing.destination_tenant_id': 1 } },
        )
        .toArray();
      return circlesIn(blockersOf(waiting, held));
    }),
});

/** For each saga those it waits for: the one its error names, and the holders of orders that it may mean. */
const blockersOf = (waiting: readonly Waiting[], held: readonly Held[]): Map<string, Set<string>> => {
  const holders = new Map<string, string>();
  for (const order of held) for (const key of concurrencyKeysOf(order)) holders.set(key, order.lock.saga_id);
  return new Map(
    waiting.map(({ _id, concurrency_keys, error }) => {
      const blockers = [named.exec(error?.message ?? '')?.[1], ...concurrency_keys.map((key) => holders.get(key))];
      return [_id, new Set(blockers.filter((blocker) => blocker !== undefined && blocker !== _id) as string[])];
    }),
  );
};

/** Sagas of one circle together: who waits for nobody here, and who is waited for by nobody here, is in none. */
export const circlesIn = (blockers: ReadonlyMap<string, ReadonlySet<string>>): string[][] => {
  const onward = new Map([...blockers].map(([saga, itsBlockers]) => [saga, new Set([...itsBlockers].filter((blocker) => blockers.has(blocker)))]));
  const backward = new Map([...blockers.keys()].map((saga) => [saga, new Set<string>()]));
  for (const [saga, itsBlockers] of onward) for (const blocker of itsBlockers) backward.get(blocker)!.add(saga);
  withoutEnds(onward, backward);
  withoutEnds(backward, onward);
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const start of [...onward.keys()].sort()) {
    if (seen.has(start)) continue;
    const circle = new Set([start]);
    for (const saga of circle) for (const next of [...onward.get(saga)!, ...backward.get(saga)!]) circle.add(next);
    for (const saga of circle) seen.add(saga);
    circles.push([...circle]);
  }
  return circles;
};

/** Takes away who has nothing in `links`, then who has nothing left, and so on. */
const withoutEnds = (links: Map<string, Set<string>>, back: Map<string, Set<string>>): void => {
  const ends = [...links].filter(([, next]) => next.size === 0).map(([saga]) => saga);
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    for (const before of back.get(end)!) {
      const next = links.get(before)!;
      next.delete(end);
      if (next.size === 0) ends.push(before);
    }
    // Whatever it linked to need not remember it.
    links.delete(end);
    back.delete(end);
  }
};
