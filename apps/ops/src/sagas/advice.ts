import type { SagaCodeInfo } from '@crossroads/contract';
import { sagaCodes } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';
import type { SagaDocument } from '@crossroads/store';

const metadata: Record<string, SagaCodeInfo> = sagaCodes;

/** What an error code says happened, and what to do about it; docs/errors.md has them all. */
export const adviceOn = (code: string): string | undefined => metadata[code]?.next;

const selfHelp = 'The saga tries again by itself.';

/** The message was written when the attempt failed, before anybody knew that it was the last. */
export const sentenceOf = ({ message }: NonNullable<SagaDocument['error']>, phase: Phase): string =>
  phase === 'stopped' && message.endsWith(selfHelp) ? `${message.slice(0, -selfHelp.length)}That was the last attempt.` : message;
