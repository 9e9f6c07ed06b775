import type { ResetFixture } from '@crossroads/testkit/memory';

/**
 * Each mutant removes one safeguard in memory. A model that does not detect the removal would prove nothing.
 * The first four are bugs that the system once had while a more lenient model passed. tests/mutants has more, which change the source.
 */
export const mutants: readonly [safeguard: string, removeSafeguard: (fixture: ResetFixture) => void][] = [
  [
    'raises the order lock’s epoch before it records that nothing was cleared',
    ({ orders }) => {
      orders.clearedVersion = async (orderId) => orders.documents.get(orderId)!.lock?.clearedVersion;
    },
  ],
  [
    'lets a saga that has the lock continue although another saga is before it in the queue',
    ({ orders }) => {
      orders.relock = async () => false;
    },
  ],
  [
    'lets the sweep enqueue a saga regardless of an earlier job',
    ({ queue }) => {
      queue.reenqueue = (wake) => queue.enqueue(wake);
    },
  ],
  [
    'closes the open step of a terminated saga',
    ({ journal }) => {
      const write = journal.write;
      journal.write = (entry, metadata, state) => write(entry.step.outcome === 'terminated' ? { ...entry, key: `${entry.key}:aside` } : entry, metadata, state);
    },
  ],
  [
    'clears only the version that was saved',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, _version, owner) => clear(orderId, orders.documents.get(orderId)!.version, owner);
    },
  ],
  [
    'keeps markers of applied changes in the lock',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, version, owner) => {
        delete orders.documents.get(orderId)!.lock?.clearedVersion;
        return clear(orderId, version, owner);
      };
    },
  ],
  [
    'lets only one saga lock an order',
    ({ orders }) => {
      const owner = orders.lock;
      orders.lock = (orderId, holder) => {
        orders.documents.get(orderId)!.lock = undefined;
        return owner(orderId, holder);
      };
    },
  ],
  [
    'keeps the first final outcome',
    ({ journal }) => {
      journal.write = async (entry) => {
        journal.entries.push(entry);
        return entry;
      };
    },
  ],
  [
    'lets a saga continue that stopped before it could read a decision',
    ({ decisions }) => {
      decisions.continueStopped = async () => false;
    },
  ],
  [
    'restores cleared deliveries',
    ({ orders }) => {
      orders.restoreDeliveries = async () => {};
    },
  ],
  [
    'records a request before it is sent',
    ({ destination }) => {
      let built = 0;
      const send = destination.send;
      destination.send = (order, begin, signal) => {
        const beginAnother: typeof begin = async () => {
          const { request, isRepeated } = await begin();
          return { request: { ...request, body: `${request.body}${++built}` }, isRepeated };
        };
        return send(order, beginAnother, signal);
      };
    },
  ],
];
