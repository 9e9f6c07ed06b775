import type { z } from 'zod';
import { NonRetryableError } from './errors.js';
import type { CompensatableStep, PivotStep, RetriableStep, Step } from './step.js';

/** A saga type: its name, the schema of its request, and its steps in order. */
export interface SagaType<Request extends object = object> {
  type: string;
  /** Raise it when running sagas cannot continue under the new steps. Workers of an older version do not claim newer sagas. */
  version: number;
  request: z.ZodType<Request>;
  steps: readonly Step[];
}

/** Before the pivot: every step can be compensated. */
export interface Compensatable<Request extends object, State extends object> extends SagaType<Request> {
  compensatable<Input extends object, Output extends object>(
    step: State extends Input ? CompensatableStep<Input, Output> : never,
  ): Compensatable<Request, State & Output>;
  pivot<Input extends object, Output extends object>(
    step: State extends Input ? PivotStep<Input, Output> : never,
  ): Retriable<Request, State & Output>;
}

/** After the pivot: the saga can only go forward. */
export interface Retriable<Request extends object, State extends object> extends SagaType<Request> {
  retriable<Input extends object, Output extends object>(
    step: State extends Input ? RetriableStep<Input, Output> : never,
  ): Retriable<Request, State & Output>;
}

/**
 * Starts the definition of a saga type. Each step gets `{ request }` and the outputs of earlier steps.
 * A compensatable step without `undo`, a compensatable step after the pivot, and a step whose input no earlier step gives do not compile.
 */
export const saga = <Request extends object>(
  type: string,
  request: z.ZodType<Request>,
  version = 1,
): Compensatable<Request, { request: Request }> => chain({ type, version, request, steps: [] }) as never;

/** One object serves both stages. The types decide which method may follow. */
const chain = <Request extends object>(saga: SagaType<Request>): object => {
  const append = (step: Step) => {
    if (saga.steps.some(({ name }) => name === step.name)) {
      throw new Error(`Saga ${saga.type} has two steps named ${step.name}. Rename one: the journal identifies a step by its name.`);
    }
    return chain({ ...saga, steps: [...saga.steps, step] });
  };
  return { ...saga, compensatable: append, pivot: append, retriable: (step: Step) => append(neverRejected(step)) };
};

/** A rejection after the pivot would compensate effects that cannot be compensated any more. It is a bug: attempted a few times, then the saga stops. */
const neverRejected = (step: Step): Step => ({
  ...step,
  run: async (state, context) => {
    try {
      return await step.run(state, context);
    } catch (error) {
      if (!(error instanceof NonRetryableError)) throw error;
      throw new Error(`${step.name} is after the pivot and cannot be rejected: ${error.message}`, { cause: error });
    }
  },
});
