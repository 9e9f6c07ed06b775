import { createHash } from 'node:crypto';
import type { Hold, Order, Orders, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { ClaimLost, StopSaga } from '@crossroads/saga';

export interface MemoryOrder {
  order: Order;
  bols: unknown[];
  executed_drops: unknown[];
  progression_state: string;
  version: number;
  fence?:
    | {
        sagaId: string;
        epoch: number;
        clearedVersion?: number;
        deliveriesRestored?: boolean;
        progressionWas?: string;
        progressionRestored?: boolean;
        restored?: boolean;
        awaited?: boolean;
      }
    | undefined;
}

export interface MemoryOrders extends Orders {
  documents: Map<string, MemoryOrder>;
  /** Somebody else's write: a BOL that arrives at any moment. */
  saveBol(orderId: string, bol: unknown): void;
}

/** Orders in memory, under the same fence and version rules as the store's. */
export const memoryOrders = (): MemoryOrders => {
  const documents = new Map<string, MemoryOrder>();

  const held = (orderId: string, { sagaId, epoch }: Hold): MemoryOrder & { fence: NonNullable<MemoryOrder['fence']> } => {
    const document = documents.get(orderId);
    if (!document) throw new StopSaga('order.gone', `${orderId} is gone`);
    if (document.fence?.sagaId !== sagaId) throw new StopSaga('order.not_held', `${orderId} is not held by ${sagaId}`);
    if (document.fence.epoch > epoch) throw new ClaimLost(`${orderId} is held by epoch ${document.fence.epoch}`);
    document.fence.epoch = epoch;
    return document as never;
  };

  return {
    documents,
    saveBol(orderId, bol) {
      const document = documents.get(orderId)!;
      document.bols = [...document.bols, bol];
      document.version += 1;
    },
    find: async ({ order: asked, caller, dest_tenant_name }) =>
      [...documents.values()]
        .map(({ order }) => order)
        .filter(
          (order) =>
            order.caller.tenant_id === caller.tenant_id &&
            order.counterparty.tenant_name === dest_tenant_name &&
            (asked.order_id === undefined ? order.caller.order_number === asked.order_number : order.order_id === asked.order_id),
        ),
    async holdAgain(orderId, { sagaId, epoch }) {
      const { fence } = documents.get(orderId)!;
      if (fence?.sagaId !== sagaId || fence.epoch > epoch) return false;
      fence.epoch = epoch;
      return true;
    },
    async hold(orderId, { sagaId, epoch }) {
      const document = documents.get(orderId)!;
      if (document.fence && document.fence.sagaId !== sagaId) {
        document.fence.awaited = true;
        return false;
      }
      if (document.fence && document.fence.epoch > epoch) return false;
      document.fence = { ...document.fence, sagaId, epoch };
      return true;
    },
    async askFor(orderId, { sagaId }) {
      const { fence } = documents.get(orderId)!;
      if (fence && fence.sagaId !== sagaId) fence.awaited = true;
    },
    async release(orderId, { sagaId }) {
      const document = documents.get(orderId)!;
      if (document.fence?.sagaId !== sagaId) return false;
      const awaited = document.fence.awaited ?? false;
      document.fence = undefined;
      return awaited;
    },
    async snapshot(orderId) {
      const { bols, executed_drops, progression_state, version } = documents.get(orderId)!;
      const sha256 = createHash('sha256').update(JSON.stringify({ bols, executed_drops, progression_state })).digest('hex');
      return { bols, executed_drops, progression_state, version, sha256 } satisfies Snapshot;
    },
    async clearDeliveries(orderId, version, hold) {
      const document = held(orderId, hold);
      if (document.fence.clearedVersion !== undefined) return { version: document.fence.clearedVersion };
      if (document.version !== version) return 'moved';
      Object.assign(document, { bols: [], executed_drops: [], version: version + 1 });
      document.fence.clearedVersion = version;
      return { version };
    },
    clearedVersion: async (orderId, hold) => held(orderId, hold).fence.clearedVersion,
    async restoreDeliveries(orderId, snapshot, hold) {
      const document = held(orderId, hold);
      if (document.fence.clearedVersion === undefined || document.fence.deliveriesRestored) return;
      document.bols = [...snapshot.bols, ...document.bols];
      document.executed_drops = [...snapshot.executed_drops, ...document.executed_drops];
      document.version += 1;
      document.fence.deliveriesRestored = true;
    },
    async resetProgression(orderId, _expected, hold) {
      const document = held(orderId, hold);
      if (document.fence.progressionWas !== undefined) return { was: document.fence.progressionWas };
      const was = document.progression_state;
      document.fence.progressionWas = was;
      document.progression_state = NO_PROGRESS;
      document.version += 1;
      return { was };
    },
    async restoreExactly(orderId, { bols, executed_drops, progression_state }, version, hold) {
      const document = held(orderId, hold);
      if (document.fence.restored) return 'restored';
      if (document.version !== version) return 'moved';
      Object.assign(document, { bols, executed_drops, progression_state, version: version + 1 });
      document.fence.restored = true;
      return 'restored';
    },
    async restoreProgression(orderId, hold) {
      const document = held(orderId, hold);
      const was = document.fence.progressionWas;
      if (was === undefined) return 'not-reset';
      if (document.fence.progressionRestored) return 'restored';
      if (document.progression_state !== NO_PROGRESS) return 'moved-on';
      document.progression_state = was;
      document.version += 1;
      document.fence.progressionRestored = true;
      return 'restored';
    },
  };
};
