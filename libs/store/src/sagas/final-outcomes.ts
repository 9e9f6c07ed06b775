import type { Direction, Entry, Journal, Outcome } from '@crossroads/saga';
import { entryKey, isFinal } from '@crossroads/saga';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument, SagaMetadata } from './saga-document.js';

/** A verdict on a step that is pronounced from outside: by the destination's people, by the caller, by an operator. */
export interface FinalOutcome {
  step: string;
  /** `run` when left out. */
  direction?: Direction;
  outcome: Extract<Outcome, 'done' | 'rejected' | 'canceled' | 'terminated'>;
  status: string;
  title: string;
  message: string;
  code?: string;
  output?: object;
  extra_data: object;
}

/** A saga with its log, as they were read. */
export interface SagaRead {
  saga: SagaDocument;
  entries: readonly EntryDocument[];
}

/** The verdict on a step that is in the log already. */
export const finalOutcomeIn = (entries: readonly EntryDocument[], step: string): EntryDocument | undefined =>
  entries.find((entry) => entry.step.name === step && entry.step.direction === 'run' && isFinal(entry.step.outcome));

/** Writes the verdict into the saga's journal. Answers the one that stands: ours, or that of a worker who was first. */
export const recordOutcome = (journal: Journal<SagaMetadata>, { saga, entries }: SagaRead, epoch: number, finalOutcome: FinalOutcome): Promise<Entry> => {
  const step = { name: finalOutcome.step, direction: finalOutcome.direction ?? 'run', outcome: finalOutcome.outcome } as const;
  const entry: Entry = {
    key: entryKey(saga._id, step, epoch),
    sagaId: saga._id,
    seq: Math.max(0, ...entries.map(({ journal }) => journal.seq)) + 1,
    step: { ...step, attempt: 1 },
    epoch,
    status: finalOutcome.status,
    title: finalOutcome.title,
    retried: saga.resumed,
    ...(finalOutcome.code !== undefined && { code: finalOutcome.code }),
    ...(finalOutcome.output && { output: finalOutcome.output }),
    detail: { message: finalOutcome.message, extra_data: finalOutcome.extra_data },
  };
  const metadata = { tenantId: saga.tenant_id, correlationId: saga.correlation_id, type: saga.type, request: saga.request, inboundRequest: saga.inbound_request, traceparent: saga.traceparent };
  return journal.write(entry, metadata, stateIn(saga.request, entries));
};

/** The saga's state, as the kernel gathers it: what each step that is done has added. */
export const stateIn = (request: object, entries: readonly EntryDocument[]): object =>
  entries
    .filter(({ step }) => step.direction === 'run' && step.outcome === 'done')
    .reduce((state, { journal }) => ({ ...state, ...journal.output }), { request });
