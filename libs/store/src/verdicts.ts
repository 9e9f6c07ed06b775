import type { Direction, Entry, Journal, Outcome } from '@crossroads/saga';
import { entryKey, isVerdict } from '@crossroads/saga';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument, SagaFacts } from './saga-document.js';

/** A verdict on a step that is pronounced from outside: by the destination's people, by the caller, by an operator. */
export interface Verdict {
  step: string;
  /** `run` when left out. */
  direction?: Direction;
  outcome: Extract<Outcome, 'done' | 'refused' | 'called-off' | 'terminated'>;
  status: string;
  title: string;
  message: string;
  code?: string;
  adds?: object;
  extra_data: object;
}

/** A saga with its log, as they were read. */
export interface SagaRead {
  saga: SagaDocument;
  entries: readonly EntryDocument[];
}

/** The verdict on a step that is in the log already. */
export const verdictIn = (entries: readonly EntryDocument[], step: string): EntryDocument | undefined =>
  entries.find((entry) => entry.step.name === step && entry.step.direction === 'run' && isVerdict(entry.step.outcome));

/** Writes the verdict into the saga's journal. Answers the one that stands: ours, or that of a worker who was first. */
export const pronounce = (journal: Journal<SagaFacts>, { saga, entries }: SagaRead, epoch: number, verdict: Verdict): Promise<Entry> => {
  const step = { name: verdict.step, direction: verdict.direction ?? 'run', outcome: verdict.outcome } as const;
  const entry: Entry = {
    key: entryKey(saga._id, step, epoch),
    sagaId: saga._id,
    seq: Math.max(0, ...entries.map(({ journal }) => journal.seq)) + 1,
    step: { ...step, attempt: 1 },
    epoch,
    status: verdict.status,
    title: verdict.title,
    retried: saga.resumed,
    ...(verdict.code !== undefined && { code: verdict.code }),
    ...(verdict.adds && { adds: verdict.adds }),
    detail: { message: verdict.message, extra_data: verdict.extra_data },
  };
  const facts = { tenantId: saga.tenant_id, correlationId: saga.correlation_id, type: saga.type, request: saga.request, inboundRequest: saga.inbound_request, traceparent: saga.traceparent };
  return journal.write(entry, facts, stateIn(saga.request, entries));
};

/** The saga's state, as the kernel gathers it: what each step that is done has added. */
export const stateIn = (request: object, entries: readonly EntryDocument[]): object =>
  entries
    .filter(({ step }) => step.direction === 'run' && step.outcome === 'done')
    .reduce((state, { journal }) => ({ ...state, ...journal.adds }), { request });
