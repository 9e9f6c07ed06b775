import { createHash } from 'node:crypto';
import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';

/** The final content of the database. Deliveries are digests of their BSON, times are milliseconds since 1970. */
export interface Evidence {
  sagas: SagaSeen[];
  entries: EntrySeen[];
  orders: OrderSeen[];
}

export interface SagaSeen {
  sagaId: string;
  correlationId: string;
  status: string;
  phase: string;
  /** Code of the error it stopped with. */
  code?: string;
  epoch: number;
  settledEpoch: number;
  acceptedAt: number;
  endedAt?: number;
  dueAt?: number;
}

export interface EntrySeen {
  sagaId: string;
  correlationId: string;
  orderId: string | null;
  at: number;
  seq: number;
  epoch: number;
  step: string;
  direction: string;
  outcome: string;
  /** Version whose deliveries were cleared; only in the `done` entry of clear-deliveries. */
  clearedVersion?: number;
  snapshot?: SnapshotSeen;
}

export interface SnapshotSeen {
  version: number;
  bols: string[];
  drops: string[];
  progression: string;
  /** Whether the stored digest is that of the contents. */
  intact: boolean;
}

export interface OrderSeen {
  orderId: string;
  version: number;
  bols: string[];
  drops: string[];
  progression: string;
}

/** Read options that keep BSON's own types, so that equal digests mean equal bytes. */
export const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

type Raw = Record<string, never>;

export interface Digests {
  /** Returns the digest of one BOL or drop. */
  of(item: unknown): string;
  /** Returns the digest that the snapshot step stores. */
  ofSnapshot(contents: { bols: unknown; executed_drops: unknown; progression_state: unknown }): string;
}

export const digestsOf = ({ connection }: Pick<Store, 'connection'>): Digests => {
  const { BSON } = connection.base.mongo;
  const digest = (value: object): string => createHash('sha256').update(BSON.serialize(value)).digest('hex');
  return {
    of: (item) => digest({ item }),
    ofSnapshot: ({ bols, executed_drops, progression_state }) => digest({ bols, executed_drops, progression_state }),
  };
};

export const readEvidence = async (store: Store): Promise<Evidence> => {
  const digests = digestsOf(store);
  const raw = (name: string) => store.connection.db!.collection(name);
  const [sagas, entries, orders] = await Promise.all([
    raw(collections.sagas).find({}, { projection: { request: 0, inbound_request: 0 } }).toArray(),
    raw(collections.logs).find({}, { ...losslessBson, projection: { outbound_request: 0, routing: 0 } }).sort({ saga_id: 1, 'journal.seq': 1, date: 1 }).toArray(),
    raw(collections.orders).find({}, { ...losslessBson, projection: { bols: 1, executed_drops: 1, version: 1, progression_state: 1, lock: 1 } }).toArray(),
  ]);
  return {
    sagas: sagas.map((saga) => sagaSeen(saga as unknown as Raw)),
    entries: entriesSeen(entries, digests),
    orders: orders.map((order) => orderSeen(order as unknown as Raw, digests)),
  };
};

export const sagaSeen = (saga: Record<string, any>): SagaSeen => ({
  sagaId: saga['_id'],
  correlationId: saga['correlation_id'],
  status: saga['status'],
  phase: saga['phase'],
  ...(saga['error'] && { code: saga['error'].code }),
  epoch: saga['epoch'],
  settledEpoch: saga['settled_epoch'],
  acceptedAt: saga['accepted_at'].getTime(),
  ...(saga['ended_at'] && { endedAt: saga['ended_at'].getTime() }),
  ...(saga['next_run_at'] && { dueAt: saga['next_run_at'].getTime() }),
});

/** Returns the entries of whole journals. Entries after the one that found the order do not name the order themselves. */
export const entriesSeen = (entries: readonly Record<string, any>[], digests: Digests): EntrySeen[] => {
  const orders = new Map(entries.flatMap(({ saga_id, journal }) => (journal.output?.order ? [[saga_id as string, journal.output.order.order_id as string]] : [])));
  return entries.map((entry) => entrySeen(entry, orders.get(entry['saga_id']) ?? null, digests));
};

const entrySeen = (entry: Record<string, any>, foundOrder: string | null, digests: Digests): EntrySeen => {
  const { step, journal, extra_data } = entry as { step: Raw; journal: Record<string, any>; extra_data?: Record<string, any> };
  const cleared = journal['output']?.cleared?.version;
  return {
    sagaId: entry['saga_id'],
    correlationId: entry['correlation_id'],
    orderId: entry['metadata'] ? (entry['metadata'].crossroads_order_id ?? null) : foundOrder,
    at: Number(entry['date']),
    seq: Number(journal['seq']),
    epoch: Number(journal['epoch']),
    step: step['name'] as unknown as string,
    direction: (step['direction'] as string | undefined) ?? 'run',
    outcome: step['outcome'] as unknown as string,
    ...(cleared !== undefined && { clearedVersion: Number(cleared) }),
    ...(extra_data?.['sha256'] !== undefined && { snapshot: snapshotSeen(extra_data, digests) }),
  };
};

const snapshotSeen = (snapshot: Record<string, any>, digests: Digests): SnapshotSeen => ({
  version: Number(snapshot['version']),
  bols: snapshot['bols'].map(digests.of),
  drops: snapshot['executed_drops'].map(digests.of),
  progression: snapshot['progression_state'],
  intact: digests.ofSnapshot(snapshot as { bols: unknown; executed_drops: unknown; progression_state: unknown }) === snapshot['sha256'],
});

export const orderSeen = (order: Record<string, any>, digests: Digests): OrderSeen => {
  return {
    orderId: order['_id'].toHexString(),
    version: Number(order['version']),
    bols: order['bols'].map(digests.of),
    drops: order['executed_drops'].map(digests.of),
    progression: order['progression_state'],
  };
};
