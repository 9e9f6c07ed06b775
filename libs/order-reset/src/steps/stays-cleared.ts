import type { StepContext } from '@crossroads/saga';
import type { DispatchPolicy } from '../ports.js';

/** Only the destination's own refusal is covered by the terms: a reset its caller called off is always taken back. */
export const staysCleared = ({ on_rejection }: DispatchPolicy, { compensationCause }: StepContext): boolean => on_rejection === 'keep' && compensationCause === 'rejected';

/** What becomes of the order when the destination refuses: the last sentence of the refusal's message. */
export const orderAfterRejection = ({ on_rejection }: DispatchPolicy): string =>
  on_rejection === 'keep' ? 'The order stays cleared, as agreed with this destination; an operator can recover it.' : 'The order is put back as it was.';
