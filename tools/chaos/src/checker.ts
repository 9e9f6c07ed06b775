import type { CheckInput, Violation } from './checks/check.js';
import { deliveriesKept } from './checks/deliveries-kept.js';
import { dispatchKey } from './checks/dispatch-key.js';
import { effectOnce } from './checks/effect-once.js';
import { meaningful } from './checks/meaningful.js';
import { mutualExclusion } from './checks/mutual-exclusion.js';
import { convergence, nothingLost } from './checks/nothing-lost.js';
import { orderOfSteps } from './checks/order-of-steps.js';
import { restorable } from './checks/restorable.js';
import { available, monotonic } from './checks/what-callers-saw.js';

export type { CheckInput, Invariant, Plan, Violation } from './checks/check.js';

export const checks = [
  { invariant: 'I1', promise: 'no request with response pending is lost', check: nothingLost },
  { invariant: 'I2', promise: 'nothing cleared that is not in the log, byte for byte', check: deliveriesKept },
  { invariant: 'I3', promise: 'each effect on an order once', check: effectOnce },
  { invariant: 'I4', promise: 'one key and one body per saga at the destination', check: dispatchKey },
  { invariant: 'I5', promise: 'steps in their order, one final outcome each', check: orderOfSteps },
  { invariant: 'I6', promise: 'every cleared order restorable from the log', check: restorable },
  { invariant: 'I7', promise: 'the state that callers see never goes back', check: monotonic },
  { invariant: 'I8', promise: 'all sagas finish', check: convergence },
  { invariant: 'I11', promise: 'the intake responds within 3 s', check: available },
  { invariant: 'I13', promise: 'one reset per order at a time', check: mutualExclusion },
  { invariant: 'I14', promise: 'the plan was executed', check: meaningful },
] as const;

/** Compares the records of client, writer and destination with the final database. Returns every violation of every invariant. */
export const findViolations = (input: CheckInput): Violation[] => checks.flatMap(({ check }) => check(input));
