import { TimedOutError } from '../errors.js';
import type { Tools, Values } from './command.js';
import { count } from './command.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { createTimeline } from './timeline.js';

export const followOptions = {
  wait: { type: 'boolean', description: 'follow the reset until it is over' },
  timeout: { type: 'string', value: 'SECONDS', description: 'wait at most so long; 300 when left out' },
} as const;

/** What --wait and --timeout ask for; undefined where nothing is waited for. Read before anything is sent, so that a slip of the pen changes nothing. */
export const followInput = (values: Values): { timeoutMs: number } | undefined => {
  const timeoutMs = count(values, 'timeout', 300) * 1_000;
  return values['wait'] ? { timeoutMs } : undefined;
};

/** Shows the reset until it is over or the time is up. Answers the exit code. */
export const follow = async (correlationId: string, { timeoutMs }: { timeoutMs: number }, { client, say, passing, json, signal }: Tools, more: object = {}): Promise<number> => {
  const timeline = createTimeline({ say, passing });
  try {
    const progress = await client().waitFor(correlationId, { timeoutMs, signal, onChange: timeline.show });
    timeline.end(progress);
    json({ ...progress, ...more });
    return exitCodeOf(progress);
  } catch (error) {
    if (signal.aborted) {
      say(`Interrupted. The reset goes on; to follow it again:\n  crossroads status ${correlationId} --wait`);
      return exitCodes.interrupted;
    }
    if (!(error instanceof TimedOutError) || !error.progress) throw error;
    timeline.end(error.progress);
    say(`${error.message} It goes on by itself; to follow it again:\n  crossroads status ${correlationId} --wait`);
    json({ ...error.progress, ...more });
    return exitCodes.pending;
  }
};
