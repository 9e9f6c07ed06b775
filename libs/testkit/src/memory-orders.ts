import { createHash } from 'node:crypto';
import type { Hold, Order, Orders, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { ClaimLost, StepUnavailable, StopSaga } from '@crossroads/saga';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

/** The lock of an order, and what the saga that has it did to the order. A marker stays for as long as the lock. */
export interface MemoryFence {
  sagaId: string;
  epoch: number;
  awaited?: boolean;
  clearedVersion?: number;
  deliveriesRestored?: boolean;
  progressionWas?: string;
  progressionRestored?: boolean;
  restored?: boolean;
}

export interface MemoryOrder {
  order: Order;
  bols: unknown[];
  executed_drops: unknown[];
  progression_state: string;
  version: number;
  fence?: MemoryFence | undefined;
}

export type OrderChange = 'clear' | 'restore' | 'reset-progression' | 'restore-progression' | 'restore-exactly';

export interface MemoryOrders extends Orders {
  documents: Map<string, MemoryOrder>;
  /** Writes of others: a BOL that arrives, a driver's progress. */
  saveBol(orderId: string, bol: unknown): void;
  saveProgress(orderId: string, state: string): void;
  /** Hears of every write of a saga that changed the order itself, when it lands. */
  onChange: (change: OrderChange, by: Hold, before: MemoryOrder, after: MemoryOrder) => void;
}

/** Tries against other writers, as many as the store's. */
const triesAgainstWriters = 5;

/**
 * Orders in memory. Each method is the same sequence of commands as the store's repository, with the same filters, compared when the command lands,
 * and the lock's epoch is raised by the same commands only. What is kinder here than there, no model can find broken.
 */
export const memoryOrders = (reach: Reach = atOnce): MemoryOrders => {
  const documents = new Map<string, MemoryOrder>();

  /** Whether the order is locked by this saga and by no newer claim of it. */
  const fenced = (document: MemoryOrder | undefined, { sagaId, epoch }: Hold): document is MemoryOrder & { fence: MemoryFence } =>
    document?.fence !== undefined && document.fence.sagaId === sagaId && document.fence.epoch <= epoch;

  /** One update: false when its filter does not match what stands when it lands. */
  const update = (name: string, orderId: string, matches: (document: MemoryOrder) => boolean, set: (document: MemoryOrder) => void): Promise<boolean> =>
    reach.write(name, () => {
      const document = documents.get(orderId);
      if (!document || !matches(document)) return false;
      set(document);
      return true;
    });

  /** As `update` does, where the order itself is changed: it gets its next version. */
  const change = (kind: OrderChange, orderId: string, hold: Hold, matches: (document: MemoryOrder & { fence: MemoryFence }) => boolean, fields: (document: MemoryOrder) => Partial<MemoryOrder>, mark: Partial<MemoryFence>) =>
    update(
      `orders.${kind}`,
      orderId,
      (document) => fenced(document, hold) && matches(document),
      (document) => {
        const before = copyOf(document);
        Object.assign(document, fields(document), { version: document.version + 1 });
        Object.assign(document.fence!, mark, { epoch: hold.epoch });
        orders.onChange(kind, hold, before, document);
      },
    );

  /** Raises the lock's epoch to this claim's, and returns the order as it is then. */
  const lockedOrder = async (orderId: string, hold: Hold): Promise<MemoryOrder & { fence: MemoryFence }> => {
    const order = await reach.write('orders.lock-again', () => {
      const document = documents.get(orderId);
      if (!fenced(document, hold)) return undefined;
      document.fence.epoch = hold.epoch;
      return copyOf(document);
    });
    if (order) return order as MemoryOrder & { fence: MemoryFence };
    const now = await reach.read('orders.look', () => documents.get(orderId) && copyOf(documents.get(orderId)!));
    if (!now) throw new StopSaga('order.gone', `${orderId} is gone`);
    if (now.fence?.sagaId === hold.sagaId && now.fence.epoch > hold.epoch) throw new ClaimLost(`${orderId} is locked by epoch ${now.fence.epoch}`);
    throw new StopSaga('order.not_held', `${orderId} is not locked by ${hold.sagaId}`);
  };

  const askFor = (orderId: string, sagaId: string): Promise<boolean> =>
    update('orders.ask-for', orderId, ({ fence }) => fence !== undefined && fence.sagaId !== sagaId, ({ fence }) => void (fence!.awaited = true));

  const orders: MemoryOrders = {
    documents,
    onChange: () => undefined,
    saveBol(orderId, bol) {
      const document = documents.get(orderId)!;
      document.bols = [...document.bols, bol];
      document.version += 1;
    },
    saveProgress(orderId, state) {
      const document = documents.get(orderId)!;
      document.progression_state = state;
      document.version += 1;
    },

    find: ({ order: asked, caller, dest_tenant_name }) =>
      reach.read('orders.find', () =>
        [...documents.values()]
          .map(({ order }) => order)
          .filter(
            (order) =>
              order.caller.tenant_id === caller.tenant_id &&
              order.counterparty.tenant_name === dest_tenant_name &&
              (asked.order_id === undefined ? order.caller.order_number === asked.order_number : order.order_id === asked.order_id),
          ),
      ),

    holdAgain: (orderId, { sagaId, epoch }) =>
      update('orders.hold-again', orderId, (document) => fenced(document, { sagaId, epoch }), ({ fence }) => void (fence!.epoch = epoch)),

    async hold(orderId, { sagaId, epoch }) {
      const take = () =>
        update(
          'orders.hold',
          orderId,
          (document) => document.fence === undefined || fenced(document, { sagaId, epoch }),
          (document) => void (document.fence = { ...document.fence, sagaId, epoch }),
        );
      return (await take()) || (!(await askFor(orderId, sagaId)) && (await take()));
    },

    askFor: async (orderId, { sagaId }) => void (await askFor(orderId, sagaId)),

    async release(orderId, { sagaId }) {
      const unlock = (document: MemoryOrder): void => void (document.fence = undefined);
      if (await update('orders.release', orderId, ({ fence }) => fence?.sagaId === sagaId && !fence.awaited, unlock)) return false;
      return update('orders.release-awaited', orderId, ({ fence }) => fence?.sagaId === sagaId, unlock);
    },

    async snapshot(orderId) {
      const document = await reach.read('orders.snapshot', () => documents.get(orderId) && copyOf(documents.get(orderId)!));
      if (!document) throw new StopSaga('order.gone', `${orderId} is gone`);
      const { bols, executed_drops, progression_state, version } = document;
      const sha256 = createHash('sha256').update(JSON.stringify({ bols, executed_drops, progression_state })).digest('hex');
      return { bols, executed_drops, progression_state, version, sha256 } satisfies Snapshot;
    },

    async clearDeliveries(orderId, version, { sagaId, epoch }) {
      const hold = { sagaId, epoch };
      for (let tried = 0; ; tried++) {
        const cleared = await change(
          'clear',
          orderId,
          hold,
          (document) => document.fence.epoch === epoch && document.version === version && document.fence.clearedVersion === undefined,
          () => ({ bols: [], executed_drops: [] }),
          { clearedVersion: version },
        );
        if (cleared) return { version };
        const now = await lockedOrder(orderId, hold);
        if (now.fence.clearedVersion !== undefined) return { version: now.fence.clearedVersion };
        if (tried > 0 || now.version !== version) return 'moved';
      }
    },

    clearedVersion: async (orderId, { sagaId, epoch }) => (await lockedOrder(orderId, { sagaId, epoch })).fence.clearedVersion,

    async restoreDeliveries(orderId, snapshot, { sagaId, epoch }) {
      const hold = { sagaId, epoch };
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const now = await lockedOrder(orderId, hold);
        if (now.fence.clearedVersion === undefined || now.fence.deliveriesRestored) return;
        const restored = await change(
          'restore',
          orderId,
          hold,
          ({ version, fence }) => version === now.version && fence.clearedVersion !== undefined && !fence.deliveriesRestored,
          () => ({ bols: [...snapshot.bols, ...now.bols], executed_drops: [...snapshot.executed_drops, ...now.executed_drops] }),
          { deliveriesRestored: true },
        );
        if (restored) return;
      }
      throw new StepUnavailable('order.busy', 'The order kept changing while its deliveries were put back.');
    },

    async resetProgression(orderId, expected, { sagaId, epoch }) {
      const hold = { sagaId, epoch };
      let was = expected;
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const expects = was;
        const reset = await change(
          'reset-progression',
          orderId,
          hold,
          (document) => document.progression_state === expects && document.fence.progressionWas === undefined,
          () => ({ progression_state: NO_PROGRESS }),
          { progressionWas: expects },
        );
        if (reset) return { was };
        const order = await lockedOrder(orderId, hold);
        if (order.fence.progressionWas !== undefined) return { was: order.fence.progressionWas };
        was = order.progression_state;
      }
      throw new StepUnavailable('order.busy', 'The order kept changing while its progression was reset.');
    },

    async restoreExactly(orderId, { bols, executed_drops, progression_state }, version, { sagaId, epoch }) {
      const hold = { sagaId, epoch };
      const restored = await change(
        'restore-exactly',
        orderId,
        hold,
        (document) => document.version === version && !document.fence.restored,
        () => ({ bols: [...bols], executed_drops: [...executed_drops], progression_state }),
        { restored: true },
      );
      if (restored) return 'restored';
      return (await lockedOrder(orderId, hold)).fence.restored ? 'restored' : 'moved';
    },

    async restoreProgression(orderId, { sagaId, epoch }) {
      const hold = { sagaId, epoch };
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const { fence, progression_state } = await lockedOrder(orderId, hold);
        const was = fence.progressionWas;
        if (was === undefined) return 'not-reset';
        if (fence.progressionRestored) return 'restored';
        if (progression_state !== NO_PROGRESS) return 'moved-on';
        const restored = await change(
          'restore-progression',
          orderId,
          hold,
          (document) => document.progression_state === NO_PROGRESS && !document.fence.progressionRestored,
          () => ({ progression_state: was }),
          { progressionRestored: true },
        );
        if (restored) return 'restored';
      }
      throw new StepUnavailable('order.busy', 'The order kept changing while its progression was put back.');
    },
  };
  return orders;
};

const copyOf = (document: MemoryOrder): MemoryOrder => ({ ...document, fence: document.fence && { ...document.fence } });
