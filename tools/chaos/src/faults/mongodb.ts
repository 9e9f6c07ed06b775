import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row E1: MongoDB dies in the middle of everything, and recovers from its journal. */
export const killMongodb = (times: number, awayMs: number): Fault => ({
  name: 'MongoDB killed',
  wanted: times,
  async inject({ signal, hold, release, up, window, store }, { load }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const over = window('mongodb');
      load.burst(20);
      await pause(100);
      hold('mongodb');
      if (signal('mongodb', 'SIGKILL')) hits += 1;
      await pause(awayMs);
      release('mongodb');
      await within(30_000, async () => up('mongodb') && (await store.ping().then(() => true, () => false)));
      over();
      await pause(2_000);
    }
    return hits;
  },
});

/** Row E2: MongoDB is there and says nothing. */
export const pauseMongodb = (forMs: number): Fault => ({
  name: 'MongoDB paused',
  wanted: 1,
  async inject({ signal, window }, { load }) {
    const over = window('mongodb');
    load.burst(20);
    await pause(50);
    const hit = signal('mongodb', 'SIGSTOP');
    await pause(forMs);
    signal('mongodb', 'SIGCONT');
    over();
    return Number(hit);
  },
});
