import type { Check, Violation } from './check.js';

/** Part of what was planned that must really have happened. */
const enough = 0.95;

/** Faults need luck to hit, requests do not. */
const enoughHits = 0.9;

/** I14: a run in which little happened proves little. */
export const meaningful: Check = ({ history, plan }) => {
  const result = history.submissions.filter(({ replies }) => replies.length > 0).length;
  return [
    ...(result < enough * plan.submissions ? [{ subject: 'requests', description: `${result} of ${plan.submissions} were answered` }] : []),
    ...plan.faults
      .filter(({ wanted, hits }) => hits < Math.max(Math.min(1, wanted), Math.floor(enoughHits * wanted)))
      .map(({ name, wanted, hits }) => ({ subject: name, description: `hit ${hits} times, ${wanted} were wanted` })),
  ].map((found): Violation => ({ invariant: 'I14', ...found }));
};
