import type { ResetRequest } from '@crossroads/order-reset';
import { subjectOf } from '@crossroads/order-reset';
import type { Entry } from '@crossroads/saga';
import type { SubjectOf } from '@crossroads/store';

/** Returns what a log entry records about its order. The kernel has checked the request against its schema before any step ran. */
export const orderSubject: SubjectOf = ({ request }, state) => subjectOf(request as ResetRequest, state);

/** Names a journal write by its step and outcome, so that a crash campaign can end the process exactly there. */
export const entryPoint = (method: string, [entry]: unknown[]): string | undefined => {
  if (method !== 'write') return undefined;
  const { step } = entry as Entry;
  return `${step.name}:${step.direction}:${step.outcome}`;
};
