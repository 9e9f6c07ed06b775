import type { CompensatableStep, SagaType, StepContext } from '@crossroads/saga';
import { createSagaRunner, done, saga } from '@crossroads/saga';
import { memoryClock } from './clock-and-random.js';
import { memoryDecisions } from './memory-decisions.js';
import { memoryJournal } from './memory-journal.js';
import { memorySagas } from './memory-sagas.js';
import { silent } from './reset-fixture.js';

/** What a step or its compensation does. Returns the output of the step, or throws. */
export type Behavior = (context: StepContext) => Promise<object> | object;

export interface SampleStep {
  run?: Behavior | undefined;
  undo?: Behavior | undefined;
}

/** Accepts the saga `s` with the given steps, by their names, for tests of the kernel. Without a behavior a step does nothing. */
export const sampleSaga = (request: SagaType['request'], steps: Record<string, SampleStep>, { attempts = 3, timeoutMs = 5_000 } = {}) => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  const journal = memoryJournal();
  const stepOf = ([name, { run = () => ({}), undo = () => ({}) }]: [string, SampleStep]): CompensatableStep<object, object> => ({
    name,
    title: name,
    status: { done: `${name} done`, rejected: `${name} rejected` },
    retry: { attempts, firstDelayMs: 100, growth: 2, maxDelayMs: 1_000 },
    timeoutMs,
    run: async (_state, context) => done(await run(context)),
    undo: async (_state, context) => void (await undo(context)),
  });
  const type: SagaType = Object.entries(steps).reduce((chain, step) => chain.compensatable(stepOf(step)), saga('sample', request));
  const runSaga = createSagaRunner({ types: [type], sagas, journal, log: silent, random: () => 1 });
  return {
    clock,
    sagas,
    journal,
    decisions: memoryDecisions(sagas, clock),
    document: sagas.accept('s', 'sample', {}),
    type,
    runSaga: () => runSaga('s'),
    /** Returns the journal as texts such as `one run done 1`. */
    details: () => journal.entries.map(({ step: { name, direction, outcome, attempt } }) => `${name} ${direction} ${outcome} ${attempt}`),
  };
};
