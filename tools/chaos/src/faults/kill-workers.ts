import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row A2: a random worker dies every now and then. */
export const killWorkers = (forMs: number, everyMs: number): Fault => ({
  name: 'kill -9 of a random worker',
  wanted: Math.floor((0.6 * forMs) / everyMs),
  async inject({ workers, signal, up }, { random }) {
    const until = performance.now() + forMs;
    let hits = 0;
    while (performance.now() < until) {
      const alive = workers.filter(up);
      if (alive.length > 0 && signal(random.pick(alive), 'SIGKILL')) hits += 1;
      await pause(everyMs * (0.5 + random.next()));
    }
    return hits;
  },
});

/** Row A4: all workers die together and stay away, while requests keep coming. */
export const killAllWorkers = (awayMs: number): Fault => ({
  name: 'all workers killed, with a gap',
  wanted: 1,
  async inject({ workers, signal, hold, release, up, window }, { load }) {
    const over = window('workers');
    for (const worker of workers) hold(worker);
    load.burst(30);
    await pause(100);
    const hits = workers.filter((worker) => signal(worker, 'SIGKILL')).length;
    await pause(awayMs);
    for (const worker of workers) release(worker);
    await within(20_000, () => workers.every(up));
    over();
    return Math.min(1, hits);
  },
});

/** Row B4: the intake dies while it is being asked. */
export const killIntake = (times: number): Fault => ({
  name: 'kill -9 of the intake under load',
  wanted: times,
  async inject({ signal, up, window }, { load, random }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const over = window('intake');
      load.burst(25);
      await pause(5 + random.below(40));
      if (signal('intake', 'SIGKILL')) hits += 1;
      await pause(200);
      await within(15_000, () => up('intake'));
      await pause(1_500);
      over();
    }
    return hits;
  },
});
