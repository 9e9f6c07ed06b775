import type { CrossroadsLogV2 } from '@crossroads/contract';
import type { Order } from '@crossroads/order-reset';
import { recordedRequestOf, subjectOf } from '@crossroads/order-reset';
import type { Entry, Outcome } from '@crossroads/saga';
import type { EntryDocument } from './entry-document.js';
import { stepOf } from './entry-document.js';
import type { SagaDocument } from './saga-document.js';

/** A log entry with all its documented members, and its place in the journal. */
export interface LogEntry extends Omit<CrossroadsLogV2, '_id' | 'date' | 'extra_data'>, Pick<EntryDocument, '_id' | 'date' | 'journal' | 'extra_data'> {
  step: Entry['step'];
}

/** The fields of a saga that its log entries share. */
export type SharedBySaga = Pick<SagaDocument, 'type' | 'request' | 'inbound_request'>;

/**
 * Returns the stored entries of one saga as the documented log entries: adds what they share, and what follows from their outcome.
 * The log is append-only, so an entry must always show the same. A change of what is added here must not apply to entries that are stored already:
 * mark new entries with a format number then.
 */
export const toLogEntries = (saga: SharedBySaga, entries: readonly EntryDocument[]): LogEntry[] => {
  const order = orderIn(entries);
  const { routing, metadata } = subjectOf(saga.request, order ? { order } : {});
  return entries.map((entry) => ({
    _id: entry._id,
    title: entry.title,
    date: entry.date,
    status: logStatus[entry.step.outcome],
    severity: severity[entry.step.outcome],
    routing: { ...routing, ...entry.routing },
    detail: {
      category: 'crossroads',
      message: entry.detail?.message ?? entry.title,
      message_short: entry.title,
      traceback: null,
      error: entry.detail?.error ?? null,
    },
    metadata: { ...metadata, ...entry.metadata },
    worker_name: 'Crossroads',
    correlation_id: entry.correlation_id,
    retried: entry.retried ?? false,
    saga_id: entry.saga_id,
    saga_type: saga.type,
    send_notification: entry.step.outcome === 'rejected' || entry.step.outcome === 'failed',
    outbound_request: outboundRequestOf(entry, entries),
    inbound_request: saga.inbound_request,
    ...(entry.extra_data && { extra_data: entry.extra_data }),
    step: stepOf(entry.step),
    journal: entry.journal,
  }));
};

/** Returns the order that the saga has found. */
const orderIn = (entries: readonly EntryDocument[]): Order | undefined => {
  const outputs = entries.filter(({ step }) => step.outcome === 'done' && step.direction !== 'undo').map(({ journal }) => journal.output as { order?: Order } | undefined);
  return outputs.find((output) => output?.order)?.order;
};

/** Returns the request to the destination. Entries about a request refer to the value that their step recorded before it sent the request. */
const outboundRequestOf = ({ outbound_request, step }: EntryDocument, entries: readonly EntryDocument[]): Record<string, unknown> => {
  const { recorded: label } = (outbound_request ?? {}) as { recorded?: string };
  if (label === undefined) return (outbound_request ?? {}) as Record<string, unknown>;
  const recorded = entries.find((entry) => entry.step.name === step.name && entry.step.outcome === 'recorded' && entry.journal.label === label);
  return recorded?.journal.output ? { ...recordedRequestOf(recorded.journal.output) } : {};
};

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
