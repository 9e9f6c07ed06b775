import type { Direction, Entry, Journal, Outcome } from '@crossroads/saga';
import { entryKey, isFinal } from '@crossroads/saga';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument, SagaMetadata } from './saga-document.js';
import { metadataOf } from './saga-document.js';

/** The final outcome of a step, decided outside the worker: by the destination's people, the caller or an operator. */
export interface FinalOutcome {
  step: string;
  /** `run` by default. */
  direction?: Direction;
  outcome: Extract<Outcome, 'done' | 'rejected' | 'canceled' | 'terminated'>;
  status: string;
  title: string;
  message: string;
  code?: string;
  output?: object;
  extra_data: object;
}

/** A saga and its log, as they were read. */
export interface SagaRead {
  saga: SagaDocument;
  entries: readonly EntryDocument[];
}

/** Returns the entry with the step's final outcome in the forward direction. */
export const finalOutcomeIn = (entries: readonly EntryDocument[], step: string): EntryDocument | undefined =>
  entries.find((entry) => entry.step.name === step && entry.step.direction === 'run' && isFinal(entry.step.outcome));

/** Writes the final outcome into the saga's journal. Returns the valid entry: this one, or that of a worker that was first. */
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
  return journal.write(entry, metadataOf(saga), stateIn(saga.request, entries));
};

/** Returns the state of a saga as the kernel replays it: the request and the output of each step that is done. */
export const stateIn = (request: object, entries: readonly EntryDocument[]): object =>
  entries
    .filter(({ step }) => step.direction === 'run' && step.outcome === 'done')
    .reduce((state, { journal }) => ({ ...state, ...journal.output }), { request });
