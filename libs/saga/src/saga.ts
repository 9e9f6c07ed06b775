import type { z } from 'zod';
import { NonRetryableError } from './errors.js';
import type { CompensatableStep, PivotStep, RetriableStep, Step } from './step.js';

/** A saga type: its name, what it is asked, and its steps in order. */
export interface SagaType<Request extends object = object> {
  type: string;
  /** Raised when a running saga could not go on under the new steps; older workers leave newer sagas alone. */
  version: number;
  request: z.ZodType<Request>;
  steps: readonly Step[];
}

/** Before the pivot: every step can be taken back. */
export interface Compensatable<Request extends object, State extends object> extends SagaType<Request> {
  compensatable<Input extends object, Output extends object>(
    step: State extends Input ? CompensatableStep<Input, Output> : never,
  ): Compensatable<Request, State & Output>;
  pivot<Input extends object, Output extends object>(
    step: State extends Input ? PivotStep<Input, Output> : never,
  ): Retriable<Request, State & Output>;
}

/** Behind the pivot: the saga can only go on. */
export interface Retriable<Request extends object, State extends object> extends SagaType<Request> {
  retriable<Input extends object, Output extends object>(
    step: State extends Input ? RetriableStep<Input, Output> : never,
  ): Retriable<Request, State & Output>;
}

/**
 * Opens the chain of a saga type. The steps see `{ request }` and all that earlier steps added.
 * The grammar is held by the types: a compensatable step without `undo` or behind the pivot,
 * or a step that needs what no earlier step adds, does not compile.
 */
export const saga = <Request extends object>(
  type: string,
  request: z.ZodType<Request>,
  version = 1,
): Compensatable<Request, { request: Request }> => chain({ type, version, request, steps: [] }) as never;

/** One object serves both stages; which of its words may be said next is the types' business. */
const chain = <Request extends object>(saga: SagaType<Request>): object => {
  const append = (step: Step) => {
    if (saga.steps.some(({ name }) => name === step.name)) {
      throw new Error(`Saga ${saga.type} has two steps named ${step.name}: the journal could not tell them apart.`);
    }
    return chain({ ...saga, steps: [...saga.steps, step] });
  };
  return { ...saga, compensatable: append, pivot: append, retriable: (step: Step) => append(neverRejected(step)) };
};

/** A refusal would turn the saga round, past the pivot, and take back what can no longer be taken back. So it is a bug: tried a few times, then stopped. */
const neverRejected = (step: Step): Step => ({
  ...step,
  run: async (state, context) => {
    try {
      return await step.run(state, context);
    } catch (error) {
      if (!(error instanceof NonRetryableError)) throw error;
      throw new Error(`${step.name} lies behind the pivot and may not refuse: ${error.message}`, { cause: error });
    }
  },
});
