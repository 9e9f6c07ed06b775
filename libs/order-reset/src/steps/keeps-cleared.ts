import type { StepContext } from '@crossroads/saga';
import type { DispatchTerms } from '../ports.js';

/** Only the destination's own refusal is covered by the terms: a reset its caller called off is always taken back. */
export const keepsCleared = ({ on_refusal }: DispatchTerms, { turnedBy }: StepContext): boolean => on_refusal === 'keep' && turnedBy === 'refused';
