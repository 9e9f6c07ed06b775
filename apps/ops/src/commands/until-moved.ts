import type { SagaDocument } from '@crossroads/store';

/** Reads of the saga before a response is sent without its effect. With the pause: one second. */
const maxReads = 20;

const pauseMs = 50;

const pauseBriefly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

/** Returns whether a worker is to run the saga now, or runs it. */
export const isBeingRun = ({ phase, epoch, settled_epoch, next_run_at }: Pick<SagaDocument, 'phase' | 'epoch' | 'settled_epoch' | 'next_run_at'>, now: Date): boolean =>
  phase !== 'stopped' && phase !== 'ended' && (settled_epoch < epoch || (next_run_at !== undefined && next_run_at <= now));

/** Waits until a worker has run the saga after a command, a second at most. Without it, the next page would show the state before the command. */
export const untilMoved = async (read: () => Promise<SagaDocument | undefined>, pause: () => Promise<void> = pauseBriefly): Promise<void> => {
  for (let reads = 1; reads <= maxReads; reads++) {
    const saga = await read();
    if (!saga || !isBeingRun(saga, new Date())) return;
    if (reads < maxReads) await pause();
  }
};
