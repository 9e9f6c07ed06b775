import { TimedOutError } from '../errors.js';
import type { Tools, Values } from './command.js';
import { count } from './command.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { createTimeline } from './timeline.js';

export const followOptions = {
  wait: { type: 'boolean', description: 'follow the reset until it has finished' },
  timeout: { type: 'string', value: 'SECONDS', description: 'maximum time to wait; default 300' },
} as const;

/** Returns the timeout of --wait; undefined without --wait. Call it before sending, so that an invalid option changes nothing. */
export const followInput = (values: Values): { timeoutMs: number } | undefined => {
  const timeoutMs = count(values, 'timeout', 300) * 1_000;
  return values['wait'] ? { timeoutMs } : undefined;
};

/** Prints the progress of a reset until it has finished or the time is over. Returns the exit code. */
export const follow = async (correlationId: string, { timeoutMs }: { timeoutMs: number }, { client, print, printTemporary, json, signal }: Tools, extraMembers: object = {}): Promise<number> => {
  const timeline = createTimeline({ print, printTemporary });
  try {
    const progress = await client().waitFor(correlationId, { timeoutMs, signal, onChange: timeline.show });
    timeline.end(progress);
    json({ ...progress, ...extraMembers });
    return exitCodeOf(progress);
  } catch (error) {
    if (signal.aborted) {
      print(`Interrupted. The reset continues. To follow it again:\n  crossroads status ${correlationId} --wait`);
      return exitCodes.interrupted;
    }
    if (!(error instanceof TimedOutError) || !error.progress) throw error;
    timeline.end(error.progress);
    print(`${error.message} The reset continues. To follow it again:\n  crossroads status ${correlationId} --wait`);
    json({ ...error.progress, ...extraMembers });
    return exitCodes.pending;
  }
};
