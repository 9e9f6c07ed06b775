/** One of the two processes of the floors. Told `begin` with a floor's name and its share, then `go`; tells `through` with counts. */
import { openStore } from '@crossroads/store';
import { batched } from './batched.js';
import type { AnyDocument } from './document.js';
import { objectId } from './document.js';
import { fiveJobs } from './five-jobs.js';
import type { Baseline } from './baseline.js';
import { noopJobs } from './noop-jobs.js';
import { unbatched } from './unbatched.js';

export const baselines = { batched, unbatched, noopJobs, fiveJobs } satisfies Record<string, Baseline>;

export type BaselineName = keyof typeof baselines;

interface Begin {
  kind: 'begin';
  baseline: BaselineName;
  sagaIds: string[];
  inFlight: number;
  /** JSON, because messages know no dates and no ids. */
  templates: AnyDocument[];
}

const store = openStore({ uri: process.env['BENCH_MONGODB_URI']!, operationTimeoutMs: 10_000 });
await store.ready;
let go = (): void => undefined;
let running: { stop(): Promise<void> } | undefined;
let through = 0;
setInterval(() => {
  if (through > 0) process.send?.({ kind: 'through', count: through });
  through = 0;
}, 5);

const obey = async (message: Begin | { kind: 'go' | 'stop' }): Promise<void> => {
  if (message.kind === 'go') go();
  if (message.kind === 'stop') {
    await running?.stop();
    process.send?.({ kind: 'stop-done' });
  }
  if (message.kind === 'begin') {
    const { baseline, sagaIds, inFlight, templates } = message;
    const started = new Promise<void>((resolve) => (go = resolve));
    const alive = templates.map((entry) => ({ ...entry, _id: objectId(entry['_id'] as string), date: new Date(entry['date'] as string) }));
    const work = { store, redisUrl: process.env['BENCH_REDIS_URL']!, templates: alive, sagaIds, inFlight, started, through: () => void through++ };
    running = await baselines[baseline](work);
    process.send?.({ kind: 'begin-done' });
  }
};
process.on('message', (message: Begin) => void obey(message));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready' });
