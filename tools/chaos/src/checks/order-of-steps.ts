import type { EntrySeen } from '../evidence.js';
import type { DatabaseCheck, Violation } from './check.js';
import { by, isFinal, runSteps } from './check.js';

/** I5: steps in their order, one final outcome per step and direction, entries with the saga's correlation id, `synced` means all five done. */
export const orderOfSteps: DatabaseCheck = ({ evidence }) => {
  const sagas = new Map(evidence.sagas.map((saga) => [saga.sagaId, saga]));
  const entries = by(evidence.entries, ({ sagaId }) => sagaId);
  const inJournals = [...entries].flatMap(([sagaId, journal]) => {
    const saga = sagas.get(sagaId);
    if (!saga) return [{ subject: sagaId, description: 'entries of a saga that does not exist' }];
    return [
      ...(journal.some(({ correlationId }) => correlationId !== saga.correlationId) ? ['an entry has another correlation id'] : []),
      ...wrongSequences(journal),
      ...(saga.status === 'synced' && doneRuns(journal).length !== runSteps.length ? [`synced with ${doneRuns(journal).length} of ${runSteps.length} steps done`] : []),
    ].map((description) => ({ subject: sagaId, description }));
  });
  const withoutEntries = evidence.sagas.filter(({ sagaId, phase }) => phase === 'ended' && !entries.has(sagaId)).map(({ sagaId }) => ({ subject: sagaId, description: 'finished without a single entry' }));
  return [...inJournals, ...withoutEntries].map((found): Violation => ({ invariant: 'I5', ...found }));
};

const doneRuns = (journal: readonly EntrySeen[]): EntrySeen[] => journal.filter(({ direction, outcome }) => direction === 'run' && outcome === 'done');

const wrongSequences = (journal: readonly EntrySeen[]): string[] => {
  const finalOutcomes = journal.filter(({ outcome }) => isFinal(outcome)).sort((a, b) => a.seq - b.seq);
  const twice = [...by(finalOutcomes, ({ step, direction }) => `${step} ${direction}`)].filter(([, same]) => same.length > 1).map(([name, same]) => `${same.length} final outcomes of ${name}`);
  const place = ({ step }: EntrySeen): number => runSteps.indexOf(step as (typeof runSteps)[number]);
  const forwards = finalOutcomes.filter(({ direction }) => direction === 'run').map(place);
  const backwards = finalOutcomes.filter(({ direction }) => direction === 'undo').map(place);
  return [
    ...twice,
    ...(forwards.every((step, index) => step === index) ? [] : [`steps came in the order ${forwards.map((step) => step + 1).join(' ')}`]),
    ...(backwards.every((step, index) => index === 0 || step < backwards[index - 1]!) ? [] : [`compensated in the order ${backwards.map((step) => step + 1).join(' ')}`]),
    ...(backwards.length > 0 && !finalOutcomes.some(({ direction, outcome }) => direction === 'run' && outcome !== 'done') ? ['compensated although no step was rejected'] : []),
  ];
};
