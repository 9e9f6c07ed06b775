import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row C1: Redis dies and comes back with what it had. */
export const killRedis = (awayMs: number): Fault => ({ name: 'Redis killed', wanted: 1, inject: (world, { load }) => restarted(world, load, awayMs) });

/** Row C2: Redis dies and comes back empty, with sagas under way and more on the way in. */
export const wipeRedis = (awayMs: number, sagas: number): Fault => ({
  name: 'Redis wiped',
  wanted: 1,
  async inject(world, { load }) {
    load.burst(sagas);
    await pause(300);
    world.wipeRedisAtNextStart();
    return restarted(world, load, awayMs);
  },
});

/** Row C3. */
export const flushRedis = (times: number): Fault => ({
  name: 'FLUSHALL',
  wanted: times,
  async inject(world, { load }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const over = world.window('redis');
      load.burst(40);
      await pause(150);
      if ((await world.redis('FLUSHALL').catch(() => '')).startsWith('+OK')) hits += 1;
      over();
      await pause(1_500);
    }
    return hits;
  },
});

/** Row C5: Redis is full and takes nothing more, until there is room again. */
export const fillRedis = (forMs: number): Fault => ({
  name: 'Redis full',
  wanted: 1,
  async inject({ redis, window }, { load }) {
    const over = window('redis');
    const told = (command: string): Promise<string> => redis(command).catch(() => '');
    await told('CONFIG SET maxmemory 1');
    load.burst(20);
    await pause(forMs);
    const full = (await told('SET chaos full')).startsWith('-OOM');
    await within(20_000, async () => (await told('CONFIG SET maxmemory 0')).startsWith('+OK'));
    over();
    return Number(full);
  },
});

/** Row C4: Redis is there and says nothing. */
export const pauseRedis = (forMs: number): Fault => ({
  name: 'Redis paused',
  wanted: 1,
  async inject({ signal, window }, { load }) {
    const over = window('redis');
    const hit = signal('redis', 'SIGSTOP');
    load.burst(10);
    await pause(forMs);
    signal('redis', 'SIGCONT');
    over();
    return Number(hit);
  },
});

const restarted = async ({ signal, hold, release, up, window }: Parameters<Fault['inject']>[0], load: Parameters<Fault['inject']>[1]['load'], awayMs: number): Promise<number> => {
  const over = window('redis');
  hold('redis');
  const hit = signal('redis', 'SIGKILL');
  load.burst(10);
  await pause(awayMs);
  release('redis');
  await within(20_000, () => up('redis'));
  over();
  return Number(hit);
};
