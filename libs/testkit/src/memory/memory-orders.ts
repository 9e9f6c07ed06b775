import { createHash } from 'node:crypto';
import type { LockOwner, Order, Orders, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { ClaimLost, RetryableError, StopSaga } from '@crossroads/saga';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

/** The lock of an order, with markers of the saga's changes. The markers are removed when another saga takes the lock. */
export interface MemoryLock {
  sagaId: string;
  epoch: number;
  hasWaiters?: boolean;
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
  lock?: MemoryLock | undefined;
}

export type OrderChange = 'clear' | 'restore' | 'reset-progression' | 'restore-progression' | 'restore-exactly';

export interface MemoryOrders extends Orders {
  documents: Map<string, MemoryOrder>;
  /** Writes of other systems: a new BOL, a driver's progress. */
  saveBol(orderId: string, bol: unknown): void;
  saveProgress(orderId: string, state: string): void;
  /** Called for each write of a saga that changed the order's data, when it is applied. */
  onChange: (change: OrderChange, by: LockOwner, before: MemoryOrder, after: MemoryOrder) => void;
}

/** Attempts against concurrent writers, as in the store. */
const triesAgainstWriters = 5;

/**
 * Creates orders in memory. `isOpen` returns whether a saga exists and has not ended. Each method sends the same sequence of commands as the store's repository, with the same filters.
 * Filters are evaluated when the command is applied. The same commands raise the lock's epoch.
 * If this fake were more lenient than the store, the model could not find a bug there.
 */
export const memoryOrders = (isOpen: (sagaId: string) => boolean, reach: Reach = immediate): MemoryOrders => {
  const documents = new Map<string, MemoryOrder>();

  /** Returns whether this saga has locked the order, and no newer claim of it. */
  const ownLock = (document: MemoryOrder | undefined, { sagaId, epoch }: LockOwner): document is MemoryOrder & { lock: MemoryLock } =>
    document?.lock !== undefined && document.lock.sagaId === sagaId && document.lock.epoch <= epoch;

  /** Sends one update. Returns false when its filter does not match at the moment it is applied. */
  const update = (name: string, orderId: string, matches: (document: MemoryOrder) => boolean, set: (document: MemoryOrder) => void): Promise<boolean> =>
    reach.write(name, () => {
      const document = documents.get(orderId);
      if (!document || !matches(document)) return false;
      set(document);
      return true;
    });

  /** Sends an update of the order's data, which increments its version. */
  const change = (kind: OrderChange, orderId: string, owner: LockOwner, matches: (document: MemoryOrder & { lock: MemoryLock }) => boolean, fields: (document: MemoryOrder) => Partial<MemoryOrder>, mark: Partial<MemoryLock>) =>
    update(
      `orders.${kind}`,
      orderId,
      (document) => ownLock(document, owner) && document.lock.epoch === owner.epoch && matches(document),
      (document) => {
        const before = copyOf(document);
        Object.assign(document, fields(document), { version: document.version + 1 });
        Object.assign(document.lock!, mark);
        orders.onChange(kind, owner, before, document);
      },
    );

  /** Raises the lock's epoch to that of this claim, and returns the order. Throws when the saga has no lock. */
  const lockedOrder = async (orderId: string, owner: LockOwner): Promise<MemoryOrder & { lock: MemoryLock }> => {
    const order = await reach.write('orders.relock', () => {
      const document = documents.get(orderId);
      if (!ownLock(document, owner)) return undefined;
      document.lock.epoch = owner.epoch;
      return copyOf(document);
    });
    if (order) return order as MemoryOrder & { lock: MemoryLock };
    const now = await reach.read('orders.read', () => documents.get(orderId) && copyOf(documents.get(orderId)!));
    if (!now) throw new StopSaga('order.gone', `${orderId} is gone`);
    if (now.lock?.sagaId === owner.sagaId && now.lock.epoch > owner.epoch) throw new ClaimLost(`${orderId} is locked by epoch ${now.lock.epoch}`);
    throw new StopSaga('order.not_locked', `${orderId} is not locked by ${owner.sagaId}`);
  };

  const requestLock = (orderId: string, sagaId: string): Promise<string | undefined> =>
    reach.write('orders.requestLock', () => {
      const lock = documents.get(orderId)?.lock;
      if (lock === undefined || lock.sagaId === sagaId) return undefined;
      lock.hasWaiters = true;
      return lock.sagaId;
    });

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
          )
          .toSorted((a, b) => Number(a.number_is_foreign ?? false) - Number(b.number_is_foreign ?? false)),
      ),

    relock: (orderId, { sagaId, epoch }) =>
      update('orders.relock', orderId, (document) => ownLock(document, { sagaId, epoch }), ({ lock }) => void (lock!.epoch = epoch)),

    async lock(orderId, { sagaId, epoch }) {
      const isFree = (document: MemoryOrder): boolean => document.lock === undefined || ownLock(document, { sagaId, epoch });
      if (await update('orders.lock', orderId, isFree, (document) => void (document.lock = { ...document.lock, sagaId, epoch }))) return true;
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const owner = await requestLock(orderId, sagaId);
        if (owner === undefined || (await reach.read('sagas.isOpen', () => isOpen(owner)))) return false;
        if (await update('orders.lock', orderId, ({ lock }) => lock?.sagaId === owner, (document) => void (document.lock = { sagaId, epoch }))) return true;
      }
      return false;
    },

    requestLock: async (orderId, { sagaId }) => void (await requestLock(orderId, sagaId)),

    isRequested: (orderId, { sagaId }) =>
      reach.read('orders.isRequested', () => {
        const lock = documents.get(orderId)?.lock;
        return lock !== undefined && (lock.sagaId !== sagaId || lock.hasWaiters === true);
      }),

    async snapshot(orderId) {
      const document = await reach.read('orders.snapshot', () => documents.get(orderId) && copyOf(documents.get(orderId)!));
      if (!document) throw new StopSaga('order.gone', `${orderId} is gone`);
      const { bols, executed_drops, progression_state, version } = document;
      const sha256 = createHash('sha256').update(JSON.stringify({ bols, executed_drops, progression_state })).digest('hex');
      return { bols, executed_drops, progression_state, version, sha256 } satisfies Snapshot;
    },

    async clearDeliveries(orderId, version, { sagaId, epoch }) {
      const owner = { sagaId, epoch };
      for (let tried = 0; ; tried++) {
        const cleared = await change(
          'clear',
          orderId,
          owner,
          (document) => document.version === version && document.lock.clearedVersion === undefined,
          () => ({ bols: [], executed_drops: [] }),
          { clearedVersion: version },
        );
        if (cleared) return { version };
        const now = await lockedOrder(orderId, owner);
        if (now.lock.clearedVersion !== undefined) return { version: now.lock.clearedVersion };
        if (tried > 0 || now.version !== version) return 'moved';
      }
    },

    clearedVersion: async (orderId, { sagaId, epoch }) => (await lockedOrder(orderId, { sagaId, epoch })).lock.clearedVersion,

    async restoreDeliveries(orderId, snapshot, { sagaId, epoch }) {
      const owner = { sagaId, epoch };
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const now = await lockedOrder(orderId, owner);
        if (now.lock.clearedVersion === undefined || now.lock.deliveriesRestored) return;
        const restored = await change(
          'restore',
          orderId,
          owner,
          ({ version, lock }) => version === now.version && lock.clearedVersion !== undefined && !lock.deliveriesRestored,
          () => ({ bols: [...snapshot.bols, ...now.bols], executed_drops: [...snapshot.executed_drops, ...now.executed_drops] }),
          { deliveriesRestored: true },
        );
        if (restored) return;
      }
      throw new RetryableError('order.busy', 'The order kept changing while its deliveries were restored.');
    },

    async resetProgression(orderId, expected, { sagaId, epoch }) {
      const owner = { sagaId, epoch };
      let was = expected;
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const expects = was;
        const reset = await change(
          'reset-progression',
          orderId,
          owner,
          (document) => document.progression_state === expects && document.lock.progressionWas === undefined,
          () => ({ progression_state: NO_PROGRESS }),
          { progressionWas: expects },
        );
        if (reset) return { was };
        const order = await lockedOrder(orderId, owner);
        if (order.lock.progressionWas !== undefined) return { was: order.lock.progressionWas };
        was = order.progression_state;
      }
      throw new RetryableError('order.busy', 'The order kept changing while its progression was reset.');
    },

    async restoreExactly(orderId, { bols, executed_drops, progression_state }, version, { sagaId, epoch }) {
      const owner = { sagaId, epoch };
      for (let tried = 0; ; tried++) {
        const restored = await change(
          'restore-exactly',
          orderId,
          owner,
          (document) => document.version === version && !document.lock.restored,
          () => ({ bols: [...bols], executed_drops: [...executed_drops], progression_state }),
          { restored: true },
        );
        if (restored) return 'restored';
        const now = await lockedOrder(orderId, owner);
        if (now.lock.restored) return 'restored';
        if (tried > 0 || now.version !== version) return 'moved';
      }
    },

    async restoreProgression(orderId, { sagaId, epoch }) {
      const owner = { sagaId, epoch };
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const { lock, progression_state } = await lockedOrder(orderId, owner);
        const was = lock.progressionWas;
        if (was === undefined) return 'not-reset';
        if (lock.progressionRestored) return 'restored';
        if (progression_state !== NO_PROGRESS) return 'moved-on';
        const restored = await change(
          'restore-progression',
          orderId,
          owner,
          (document) => document.progression_state === NO_PROGRESS && !document.lock.progressionRestored,
          () => ({ progression_state: was }),
          { progressionRestored: true },
        );
        if (restored) return 'restored';
      }
      throw new RetryableError('order.busy', 'The order kept changing while its progression was restored.');
    },
  };
  return orders;
};

const copyOf = (document: MemoryOrder): MemoryOrder => ({ ...document, lock: document.lock && { ...document.lock } });
