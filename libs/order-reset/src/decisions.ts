import type { DecisionEntry, SagaRead } from '@crossroads/saga';
import { valuesIn } from '@crossroads/saga';
import type { DispatchPolicy } from './ports.js';
import { orderAfterRejection } from './steps/compensation.js';

/** Who decides, and the reason as a code of their own. */
export interface Decision {
  by: string;
  reasonCode: string | null;
}

/** Returns the entry of a cancellation. Pass it with `cancelableSteps`: until these are done, nothing is cleared. */
export const cancellation = ({ by, reasonCode }: Decision): DecisionEntry => ({
  status: 'canceled',
  title: 'Reset canceled',
  code: 'request.canceled',
  detail: { message: `Canceled by ${by}${because(reasonCode)}. Nothing was cleared.`, extra_data: { canceled_by: by, reason_code: reasonCode } },
});

/** Returns the entry of an acceptance by the destination's people. */
export const acceptance = ({ by, reasonCode }: Decision): DecisionEntry => {
  const message = `Accepted by ${by}${because(reasonCode)}.`;
  return {
    status: 'synced',
    title: 'Reset accepted by the destination',
    output: { reply: { http_status: 202 } },
    detail: { message, extra_data: { accepted_by: by, reason_code: reasonCode } },
  };
};

/** Returns the entry of a rejection by the destination's people. The message depends on the policy that was valid when the reset started. */
export const rejection = ({ by, reasonCode }: Decision, { saga, entries }: SagaRead): DecisionEntry => {
  const { policy = { on_rejection: 'restore' } } = valuesIn(saga.request, entries) as { policy?: DispatchPolicy };
  return {
    status: 'rejected',
    title: 'Reset rejected by the destination',
    code: 'destination.rejected',
    detail: { message: `Rejected by ${by}${because(reasonCode)}. ${orderAfterRejection(policy)}`, extra_data: { rejected_by: by, reason_code: reasonCode } },
  };
};

const because = (reasonCode: string | null): string => (reasonCode === null ? '' : `: ${reasonCode}`);
