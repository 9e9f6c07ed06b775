/**
 * One of the two processes that run a baseline. Messages it receives: `begin` with the baseline's name and a share of the sagas, `go`, `stop`.
 * It sends `completed` with the number of sagas completed since the last message.
 */
import { openStore } from '@crossroads/store';
import type { AnyDocument, Baseline } from './baseline.js';
import { objectId } from './baseline.js';
import { batched } from './batched.js';
import { fiveJobs } from './five-jobs.js';
import { minimum } from './minimum.js';
import { noopJobs } from './noop-jobs.js';
import { plainJob } from './plain-job.js';
import { unbatched } from './unbatched.js';

export const baselines = { batched, unbatched, noopJobs, fiveJobs, minimum, plainJob } satisfies Record<string, Baseline>;

export type BaselineName = keyof typeof baselines;

interface Begin {
  kind: 'begin';
  baseline: BaselineName;
  sagaIds: string[];
  inFlight: number;
  /** Log entries. Dates and ids are strings, because messages are JSON. */
  templates: AnyDocument[];
}

const store = openStore({ uri: process.env['BENCH_MONGODB_URI']!, operationTimeoutMs: 10_000 });
await store.ready;
let go = (): void => undefined;
let running: { stop(): Promise<void> } | undefined;
let completed = 0;
setInterval(() => {
  if (completed > 0) process.send?.({ kind: 'completed', count: completed });
  completed = 0;
}, 5);

const handle = async (message: Begin | { kind: 'go' | 'stop' }): Promise<void> => {
  if (message.kind === 'go') go();
  if (message.kind === 'stop') {
    await running?.stop();
    process.send?.({ kind: 'stop-done' });
  }
  if (message.kind === 'begin') {
    const { baseline, sagaIds, inFlight, templates } = message;
    const started = new Promise<void>((resolve) => (go = resolve));
    const entries = templates.map((entry) => ({ ...entry, _id: objectId(entry['_id'] as string), date: new Date(entry['date'] as string) }));
    const work = { store, redisUrl: process.env['BENCH_REDIS_URL']!, destination: process.env['BENCH_DESTINATION']!, templates: entries, sagaIds, inFlight, started, completed: () => void completed++ };
    running = await baselines[baseline](work);
    process.send?.({ kind: 'begin-done' });
  }
};
process.on('message', (message: Begin) => void handle(message));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready' });
