import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row E1: kill -9 of MongoDB in the middle of a burst. It recovers from its journal. */
export const killMongodb = (times: number, awayMs: number): Fault => ({
  name: 'MongoDB killed',
  wanted: times,
  async inject({ sendSignal, preventStart, allowStart, isUp, openWindow, store }, { load }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const closeWindow = openWindow('mongodb');
      load.burst(20);
      await pause(100);
      preventStart('mongodb');
      if (sendSignal('mongodb', 'SIGKILL')) hits += 1;
      await pause(awayMs);
      allowStart('mongodb');
      await within(30_000, async () => isUp('mongodb') && (await store.ping().then(() => true, () => false)));
      closeWindow();
      await pause(2_000);
    }
    return hits;
  },
});

/** Row E2: MongoDB accepts connections but does not reply. */
export const pauseMongodb = (forMs: number): Fault => ({
  name: 'MongoDB paused',
  wanted: 1,
  async inject({ sendSignal, openWindow }, { load }) {
    const closeWindow = openWindow('mongodb');
    load.burst(20);
    await pause(50);
    const hit = sendSignal('mongodb', 'SIGSTOP');
    await pause(forMs);
    sendSignal('mongodb', 'SIGCONT');
    closeWindow();
    return Number(hit);
  },
});
