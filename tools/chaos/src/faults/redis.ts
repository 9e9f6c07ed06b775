import type { Harness } from '../harness.js';
import type { Load } from '../load.js';
import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Row C1: kill -9 of Redis. It restarts with its data. */
export const killRedis = (awayMs: number): Fault => ({ name: 'Redis killed', wanted: 1, inject: (harness, { load }) => killAndRestart(harness, load, awayMs) });

/** Row C2: kill -9 of Redis with open sagas. It restarts empty while more requests arrive. */
export const wipeRedis = (awayMs: number, sagas: number): Fault => ({
  name: 'Redis wiped',
  wanted: 1,
  async inject(harness, { load }) {
    load.burst(sagas);
    await pause(300);
    harness.wipeRedisAtNextStart();
    return killAndRestart(harness, load, awayMs);
  },
});

/** Row C3: FLUSHALL in the middle of a burst. */
export const flushRedis = (times: number): Fault => ({
  name: 'FLUSHALL',
  wanted: times,
  async inject(harness, { load }) {
    let hits = 0;
    for (let time = 0; time < times; time++) {
      const closeWindow = harness.openWindow('redis');
      load.burst(40);
      await pause(150);
      if ((await harness.runRedisCommand('FLUSHALL').catch(() => '')).startsWith('+OK')) hits += 1;
      closeWindow();
      await pause(1_500);
    }
    return hits;
  },
});

/** Row C5: Redis is out of memory and rejects every write until the fault ends. */
export const fillRedis = (forMs: number): Fault => ({
  name: 'Redis full',
  wanted: 1,
  async inject({ runRedisCommand, openWindow }, { load }) {
    const closeWindow = openWindow('redis');
    const run = (command: string): Promise<string> => runRedisCommand(command).catch(() => '');
    await run('CONFIG SET maxmemory 1');
    load.burst(20);
    await pause(forMs);
    const isFull = (await run('SET chaos full')).startsWith('-OOM');
    await within(20_000, async () => (await run('CONFIG SET maxmemory 0')).startsWith('+OK'));
    closeWindow();
    return Number(isFull);
  },
});

/** Row C4: Redis accepts connections but does not reply. */
export const pauseRedis = (forMs: number): Fault => ({
  name: 'Redis paused',
  wanted: 1,
  async inject({ sendSignal, openWindow }, { load }) {
    const closeWindow = openWindow('redis');
    const hit = sendSignal('redis', 'SIGSTOP');
    load.burst(10);
    await pause(forMs);
    sendSignal('redis', 'SIGCONT');
    closeWindow();
    return Number(hit);
  },
});

const killAndRestart = async ({ sendSignal, preventStart, allowStart, isUp, openWindow }: Harness, load: Load, awayMs: number): Promise<number> => {
  const closeWindow = openWindow('redis');
  preventStart('redis');
  const hit = sendSignal('redis', 'SIGKILL');
  load.burst(10);
  await pause(awayMs);
  allowStart('redis');
  await within(20_000, () => isUp('redis'));
  closeWindow();
  return Number(hit);
};
