import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row A2: kill -9 of a random worker, about every `everyMs`. */
export const killWorkers = (forMs: number, everyMs: number): Fault => ({
  name: 'kill -9 of a random worker',
  wanted: Math.floor((0.6 * forMs) / everyMs),
  async inject({ workers, sendSignal, isUp }, { random }) {
    const until = performance.now() + forMs;
    let hits = 0;
    while (performance.now() < until) {
      const alive = workers.filter(isUp);
      if (alive.length > 0 && sendSignal(random.pick(alive), 'SIGKILL')) hits += 1;
      await pause(everyMs * (0.5 + random.next()));
    }
    return hits;
  },
});

/** Row A4: kill -9 of all workers at once. They stay down for `awayMs` while requests continue. */
export const killAllWorkers = (awayMs: number): Fault => ({
  name: 'all workers killed, with a gap',
  wanted: 1,
  async inject({ workers, sendSignal, preventStart, allowStart, isUp, openWindow }, { load }) {
    const closeWindow = openWindow('workers');
    for (const worker of workers) preventStart(worker);
    load.burst(30);
    await pause(100);
    const hits = workers.filter((worker) => sendSignal(worker, 'SIGKILL')).length;
    await pause(awayMs);
    for (const worker of workers) allowStart(worker);
    await within(20_000, () => workers.every(isUp));
    closeWindow();
    return Math.min(1, hits);
  },
});

/** Row B4: kill -9 of the intake in the middle of a burst. */
export const killIntake = (times: number): Fault => ({
  name: 'intake killed under load',
  wanted: times,
  async inject({ sendSignal, isUp, openWindow }, { load, random }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const closeWindow = openWindow('intake');
      load.burst(25);
      await pause(5 + random.below(40));
      if (sendSignal('intake', 'SIGKILL')) hits += 1;
      await pause(200);
      await within(15_000, () => isUp('intake'));
      await pause(1_500);
      closeWindow();
    }
    return hits;
  },
});
