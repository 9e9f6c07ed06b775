import type { Check, Violation } from './check.js';

/** Share of the planned requests that must have a response. */
const enough = 0.95;

/** Share of the planned faults that must hit. Lower, because a fault may find no matching command. */
const enoughHits = 0.9;

/** I14: the plan was executed. Without this check, a run in which no fault hits would pass. */
export const meaningful: Check = ({ history, plan }) => {
  const accepted = history.submissions.filter(({ replies }) => replies.length > 0).length;
  return [
    ...(accepted < enough * plan.submissions ? [{ subject: 'requests', description: `${accepted} of ${plan.submissions} were accepted` }] : []),
    ...plan.faults
      .filter(({ wanted, hits }) => hits < Math.max(Math.min(1, wanted), Math.floor(enoughHits * wanted)))
      .map(({ name, wanted, hits }) => ({ subject: name, description: `hit ${hits} times, ${wanted} were planned` })),
  ].map((found): Violation => ({ invariant: 'I14', ...found }));
};
