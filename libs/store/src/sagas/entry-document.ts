import { hash } from 'node:crypto';
import type { CrossroadsLogV2 } from '@crossroads/contract';
import type { LogSubject } from '@crossroads/order-reset';
import type { Entry, Outcome } from '@crossroads/saga';
import mongoose from 'mongoose';
import type { SagaMetadata } from './saga-document.js';

const { ObjectId } = mongoose.mongo;

/** A log entry as it is stored: the documented members, its step, and what the kernel replays. */
export interface EntryDocument extends Omit<CrossroadsLogV2, '_id' | 'date' | 'extra_data'> {
  _id: InstanceType<typeof ObjectId>;
  date: Date;
  extra_data?: object;
  step: Entry['step'];
  journal: { key: string; seq: number; epoch: number; integration_status: string; output?: object };
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

export const toDocument = (entry: Entry, metadata: SagaMetadata, subject: LogSubject): EntryDocument => ({
  _id: entryId(entry.sagaId, entry.key),
  title: entry.title,
  date: new Date(),
  status: logStatus[entry.step.outcome],
  severity: severity[entry.step.outcome],
  routing: subject.routing,
  detail: {
    category: 'crossroads',
    message: entry.detail.message ?? entry.title,
    message_short: entry.title,
    traceback: null,
    error: entry.code ?? null,
  },
  metadata: subject.metadata,
  worker_name: 'Crossroads',
  correlation_id: metadata.correlationId,
  retried: entry.retried,
  saga_id: entry.sagaId,
  saga_type: metadata.type,
  send_notification: entry.step.outcome === 'rejected' || entry.step.outcome === 'failed',
  outbound_request: (entry.detail.outbound_request ?? {}) as Record<string, unknown>,
  inbound_request: metadata.inboundRequest,
  ...(entry.detail.extra_data && { extra_data: entry.detail.extra_data }),
  step: entry.step,
  journal: {
    key: entry.key,
    seq: entry.seq,
    epoch: entry.epoch,
    integration_status: entry.status,
    ...(entry.output && { output: entry.output }),
  },
});

export const toEntry = (document: EntryDocument): Entry => ({
  key: document.journal.key,
  sagaId: document.saga_id,
  seq: document.journal.seq,
  step: document.step,
  epoch: document.journal.epoch,
  status: document.journal.integration_status,
  title: document.title,
  ...(document.detail.error !== null && { code: document.detail.error }),
  retried: document.retried,
  ...(document.journal.output && { output: document.journal.output }),
  detail: { message: document.detail.message },
});

const logStatus: Record<Outcome, CrossroadsLogV2['status']> = {
  done: 'succeeded',
  recorded: 'pending',
  deferred: 'pending',
  unavailable: 'failed',
  failed: 'failed',
  rejected: 'failed',
  'canceled': 'failed',
  terminated: 'failed',
};

const severity: Record<Outcome, CrossroadsLogV2['severity']> = {
  done: 'low',
  recorded: 'low',
  deferred: 'low',
  unavailable: 'medium',
  'canceled': 'medium',
  terminated: 'medium',
  failed: 'high',
  rejected: 'high',
};
