import type { ResetWorld } from '@crossroads/testkit/memory';

/**
 * Each takes one safeguard away in memory. A model that does not notice would prove nothing. The first four are holes the real system once had,
 * while a kinder model ran clean. Many more stand in tests/mutants, where the source itself is changed.
 */
export const mutants: readonly [safeguard: string, spoil: (world: ResetWorld) => void][] = [
  [
    'the order lock’s epoch is raised before it is said that nothing was cleared',
    ({ orders }) => {
      orders.clearedVersion = async (orderId) => orders.documents.get(orderId)!.lock?.clearedVersion;
    },
  ],
  [
    'a saga that has the lock goes on whichever saga is ahead',
    ({ orders }) => {
      orders.relock = async () => false;
    },
  ],
  [
    'the sweep enqueues whatever became of an earlier job',
    ({ queue }) => {
      queue.reenqueue = (wake) => queue.enqueue(wake);
    },
  ],
  [
    'abandoning a saga closes its open step',
    ({ journal }) => {
      const write = journal.write;
      journal.write = (entry, metadata, state) => write(entry.step.outcome === 'terminated' ? { ...entry, key: `${entry.key}:aside` } : entry, metadata, state);
    },
  ],
  [
    'the clear names the version that was saved',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, _version, owner) => clear(orderId, orders.documents.get(orderId)!.version, owner);
    },
  ],
  [
    'the lock remembers what was applied',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, version, owner) => {
        delete orders.documents.get(orderId)!.lock?.clearedVersion;
        return clear(orderId, version, owner);
      };
    },
  ],
  [
    'one saga holds an order',
    ({ orders }) => {
      const owner = orders.lock;
      orders.lock = (orderId, holder) => {
        orders.documents.get(orderId)!.lock = undefined;
        return owner(orderId, holder);
      };
    },
  ],
  [
    'the first verdict stands',
    ({ journal }) => {
      journal.write = async (entry) => {
        journal.entries.push(entry);
        return entry;
      };
    },
  ],
  [
    'what was cleared is put back',
    ({ orders }) => {
      orders.restoreDeliveries = async () => {};
    },
  ],
  [
    'a request is kept before it is sent',
    ({ destination }) => {
      let built = 0;
      const send = destination.send;
      destination.send = (order, request, signal) => send(order, { ...request, body: `${request.body}${++built}` }, signal);
    },
  ],
];
