import type { ResetWorld } from '../reset-world.js';

/** Each takes one safeguard away. A model that does not notice would prove nothing. */
export const mutants: readonly [safeguard: string, spoil: (world: ResetWorld) => void][] = [
  [
    'the clear names the version that was saved',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, _version, hold) => clear(orderId, orders.documents.get(orderId)!.version, hold);
    },
  ],
  [
    'the fence remembers what was applied',
    ({ orders }) => {
      const clear = orders.clearDeliveries;
      orders.clearDeliveries = (orderId, version, hold) => {
        delete orders.documents.get(orderId)!.fence?.clearedVersion;
        return clear(orderId, version, hold);
      };
    },
  ],
  [
    'one saga holds an order',
    ({ orders }) => {
      const hold = orders.hold;
      orders.hold = (orderId, holder) => {
        orders.documents.get(orderId)!.fence = undefined;
        return hold(orderId, holder);
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
  [
    'the fence turns older claims away',
    ({ orders }) => {
      for (const name of ['clearDeliveries', 'resetProgression'] as const) {
        const change = orders[name] as (orderId: string, ...rest: unknown[]) => Promise<never>;
        orders[name] = (orderId: string, ...rest: unknown[]) => {
          const { fence } = orders.documents.get(orderId)!;
          if (fence) fence.epoch = 0;
          return change(orderId, ...rest);
        };
      }
    },
  ],
];
