import type { StepContext } from '@crossroads/saga';
import type { DispatchTerms } from '../ports.js';

/** Only the destination's own refusal is covered by the terms: a reset its caller called off is always taken back. */
export const keepsCleared = ({ on_refusal }: DispatchTerms, { turnedBy }: StepContext): boolean => on_refusal === 'keep' && turnedBy === 'refused';

/** What becomes of the order when the destination refuses: the last sentence of the refusal's message. */
export const orderAfterRefusal = ({ on_refusal }: DispatchTerms): string =>
  on_refusal === 'keep' ? 'The order stays cleared, as agreed with this destination; an operator can recover it.' : 'The order is put back as it was.';
