import { hash } from 'node:crypto';
import type { LogMetadata, Routing } from '@crossroads/contract';
import type { Order } from '@crossroads/order-reset';
import { subjectOf } from '@crossroads/order-reset';
import type { Entry } from '@crossroads/saga';
import { entryKey } from '@crossroads/saga';
import mongoose from 'mongoose';
import type { SagaMetadata } from './saga-document.js';

const { ObjectId } = mongoose.mongo;

/** The step of an entry as it is stored. Without `direction` it is `run`, and without `attempt` it is 1. */
interface StepDocument extends Pick<Entry['step'], 'name' | 'outcome'> {
  direction?: 'undo';
  attempt?: number;
}

/**
 * A log entry as it is stored: only what is its own. `toLogEntries` adds what all entries of a saga share.
 */
export interface EntryDocument {
  _id: InstanceType<typeof ObjectId>;
  saga_id: string;
  correlation_id: string;
  date: Date;
  title: string;
  /** Without `message` it is the title. */
  detail?: { message?: string; error?: string };
  /** Present after an operator resumed the saga. */
  retried?: true;
  step: StepDocument;
  /** `label` is the last part of the entry's key, where the step, the outcome and the epoch do not give it. */
  journal: { seq: number; epoch: number; status: string; label?: string; output?: object };
  outbound_request?: object;
  extra_data?: object;
  /** All fields before the order is found, and then only what `ownSubject` keeps. */
  routing?: Partial<Routing>;
  metadata?: Partial<LogMetadata>;
}

/**
 * Returns the entry's `_id`, derived from its key. Writing an entry twice is then a duplicate key, and not a second entry.
 * Like any ObjectId it begins with a time, the saga's acceptance. So entries of one time are neighbors in the index.
 */
export const entryId = (sagaId: string, key: string): InstanceType<typeof ObjectId> => {
  const seconds = Math.floor(Number.parseInt(sagaId.replaceAll('-', '').slice(0, 12), 16) / 1000);
  const id = Buffer.alloc(12);
  id.writeUInt32BE(seconds >>> 0, 0);
  hash('sha256', key, 'buffer').copy(id, 4, 0, 8);
  return new ObjectId(id);
};

const toStepDocument = ({ name, direction, outcome, attempt }: Entry['step']): StepDocument => ({
  name,
  outcome,
  ...(direction === 'undo' && { direction }),
  ...(attempt !== 1 && { attempt }),
});

/** Returns the step of a stored or a joined entry. */
export const stepOf = ({ name, direction = 'run', outcome, attempt = 1 }: EntryDocument['step'] | Entry['step']): Entry['step'] => ({ name, direction, outcome, attempt });

/** Returns the document of an entry. `state` has the saga's values with the entry's output. */
export const toDocument = (entry: Entry, metadata: SagaMetadata, state: object): EntryDocument => {
  const { key, sagaId, seq, epoch, status, step, title, code, retried, output, detail } = entry;
  const message = detail.message === title ? undefined : detail.message;
  const label = labelOf(entry);
  return {
    _id: entryId(sagaId, key),
    saga_id: sagaId,
    correlation_id: metadata.correlationId,
    date: new Date(),
    title,
    ...((message !== undefined || code !== undefined) && { detail: { ...(message !== undefined && { message }), ...(code !== undefined && { error: code }) } }),
    ...(retried && { retried }),
    step: toStepDocument(step),
    journal: { seq, epoch, status, ...(label !== undefined && { label }), ...(output && { output }) },
    ...(detail.outbound_request && { outbound_request: detail.outbound_request }),
    ...(detail.extra_data && { extra_data: detail.extra_data }),
    ...ownSubject(entry, metadata, state),
  };
};

/**
 * Returns what an entry stores about its order. Before the order is found, that is all of it, because a later entry will show more.
 * The entry that finds the order, and each snapshot, store the order's id. A snapshot also stores the tenant: it may outlive its saga.
 */
const ownSubject = ({ output, detail: { extra_data } }: Entry, { tenantId, request }: SagaMetadata, state: { order?: Order }): Pick<EntryDocument, 'routing' | 'metadata'> => {
  const { order } = state;
  if (!order) return subjectOf(request, {});
  const isSnapshot = extra_data !== undefined && 'sha256' in extra_data;
  return {
    ...(isSnapshot && { routing: { origin_tenant_id: tenantId } }),
    ...((isSnapshot || (output && 'order' in output)) && { metadata: { crossroads_order_id: order.order_id } }),
  };
};

/** Returns the last part of the entry's key. Returns undefined where the step, the outcome and the epoch give it. */
const labelOf = ({ key, sagaId, step, epoch }: Entry): string | undefined => {
  if (key === entryKey(sagaId, step, epoch)) return undefined;
  const label = key.slice(entryKey(sagaId, step, '').length);
  if (key !== entryKey(sagaId, step, label)) throw new Error(`The key of a journal entry must come from entryKey: ${key}`);
  return label;
};

/** The fields of a stored or a joined entry from which the kernel replays a saga. */
type Replayed = Pick<EntryDocument, 'saga_id' | 'title' | 'journal'> & { step: EntryDocument['step'] | Entry['step']; retried?: boolean; detail?: { message?: string; error?: string | null } };

/** Returns the entry as the kernel knows it, from a stored or a joined entry. */
export const toEntry = ({ saga_id, title, detail, retried = false, step, journal: { seq, epoch, status, label, output } }: Replayed): Entry => ({
  key: entryKey(saga_id, stepOf(step), label ?? epoch),
  sagaId: saga_id,
  seq,
  step: stepOf(step),
  epoch,
  status,
  title,
  ...(detail?.error && { code: detail.error }),
  retried,
  ...(output && { output }),
  detail: { message: detail?.message ?? title },
});
