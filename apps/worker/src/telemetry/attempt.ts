import type { Direction, StepContext } from '@crossroads/saga';

/** One try at one step. */
export interface Attempt {
  type: string;
  step: string;
  direction: Direction;
  context: StepContext;
}
