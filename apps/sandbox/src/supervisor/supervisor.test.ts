import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSupervisor } from './supervisor.js';
import type { Supervisor, SupervisorEvent, SupervisorOptions } from './supervisor.js';
import type { Service } from './child.js';

/** Creates a supervisor whose events and lines a test can wait for. */
function watched(options: SupervisorOptions = {}) {
  const events: SupervisorEvent[] = [];
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((each) => each());
  const supervisor = createSupervisor({
    ...options,
    onEvent: (event) => {
      events.push(event);
      wake();
    },
    onOutput: (_, line) => {
      lines.push(line);
      wake();
    },
  });
  const eventually = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const details = (name: string) => events.filter((event) => event.name === name).map(({ type }) => type);
  running.push(supervisor);
  return { supervisor, events, lines, eventually, details };
}

const running: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stopAll()));
});

const node = (name: string, script: string, ready: Service['ready'] = async () => {}): Service => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  ready,
});

const stays = 'setInterval(() => {}, 1000)';
const deaf = `process.on('SIGTERM', () => {}); console.log('deaf'); ${stays}`;

const never: Service['ready'] = (over) =>
  new Promise((_, reject) => over.addEventListener('abort', () => reject(new Error('aborted'))));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Returns whether a process runs. A killed orphan may remain as a zombie until process 1 reaps it. */
const isRunning = (pid: number): boolean => {
  if (!isAlive(pid)) return false;
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
  } catch {
    return isAlive(pid);
  }
};

describe('a supervisor', () => {
  it('restarts a process that dies as a new process', async () => {
    const { supervisor, eventually, details } = watched();
    await supervisor.start(node('worker', stays));
    const first = supervisor.pid('worker')!;
    process.kill(first, 'SIGKILL');
    await eventually(() => details('worker').length === 5);
    expect(details('worker')).toEqual(['started', 'ready', 'exited', 'restarted', 'ready']);
    expect(supervisor.pid('worker')).not.toBe(first);
    expect(isAlive(first)).toBe(false);
  });

  it('calls `beforeStart` before every start and restart', async () => {
    const { supervisor, eventually, details } = watched();
    let cleared = 0;
    await supervisor.start({ ...node('worker', stays), beforeStart: async () => void cleared++ });
    process.kill(supervisor.pid('worker')!, 'SIGKILL');
    await eventually(() => details('worker').includes('restarted'));
    expect(cleared).toBe(2);
  });

  it('returns no pid while a process is down', async () => {
    const { supervisor, eventually, details } = watched();
    await supervisor.start(node('worker', stays));
    const seen: unknown[] = [];
    process.kill(supervisor.pid('worker')!, 'SIGKILL');
    await eventually(() => {
      if (details('worker').at(-1) === 'exited') seen.push(supervisor.pid('worker'), supervisor.pids());
      return details('worker').includes('restarted');
    });
    expect(seen.slice(0, 2)).toEqual([undefined, {}]);
  });

  it('reports the last output of a child that ends before it is ready, and does not restart it', async () => {
    const { supervisor, details } = watched();
    const broken = node('broken', `console.error('no such port'); process.exit(3)`, never);
    await expect(supervisor.start(broken)).rejects.toThrow(/broken ended with code 3 before it was ready[^]*no such port/);
    expect(details('broken')).toEqual(['started', 'exited']);
    expect(supervisor.pids()).toEqual({});
  });

  it('stops a child that never becomes ready', async () => {
    const { supervisor, events } = watched({ readyWithinMs: 300 });
    await expect(supervisor.start(node('mute', stays, never))).rejects.toThrow('mute was not ready within 300 ms');
    expect(isAlive(events[0]!.pid)).toBe(false);
  });

  it('rejects when the command does not exist', async () => {
    const { supervisor } = watched();
    const missing: Service = { name: 'missing', command: 'no-such-command-anywhere', args: [], ready: never };
    await expect(supervisor.start(missing)).rejects.toThrow('ENOENT');
  });

  it('stops the last started service first', async () => {
    const { supervisor, events } = watched();
    for (const name of ['store', 'worker', 'intake']) await supervisor.start(node(name, stays));
    await supervisor.stopAll();
    const ended = events.filter(({ type }) => type === 'exited').map(({ name }) => name);
    expect(ended).toEqual(['intake', 'worker', 'store']);
  });

  it('stops every process, also one that ignores SIGTERM or was started by a child', async () => {
    const { supervisor, lines, eventually, events } = watched({ stopWithinMs: 200 });
    const parent = `
      const { spawn } = require('node:child_process');
      console.log('child ' + spawn(process.execPath, ['-e', ${JSON.stringify(stays)}], { stdio: 'ignore' }).pid);
      ${stays}`;
    await supervisor.start(node('deaf', deaf));
    await supervisor.start(node('parent', parent));
    const child = () => Number(lines.find((line) => line.startsWith('child '))?.slice(6));
    await eventually(() => lines.includes('deaf') && child() > 0);
    const grandchild = child();
    await supervisor.stopAll();
    expect(supervisor.pids()).toEqual({});
    const deafEnd = events.find(({ name, type }) => name === 'deaf' && type === 'exited');
    expect(deafEnd).toMatchObject({ signal: 'SIGKILL' });
    expect(events.map(({ pid }) => pid).filter(isAlive)).toEqual([]);
    expect(isRunning(grandchild)).toBe(false);
  });

  it('aborts a start in progress when it is stopped', async () => {
    const { supervisor, events, eventually } = watched();
    const starting = supervisor.start(node('slow', stays, never));
    const rejected = expect(starting).rejects.toThrow('slow was stopped before it was ready');
    await eventually(() => events.length === 1);
    await supervisor.stopAll();
    await rejected;
    expect(isAlive(events[0]!.pid)).toBe(false);
    await expect(supervisor.start(node('late', stays))).rejects.toThrow('stopping');
  });

  it('rejects a second service of the same name', async () => {
    const { supervisor } = watched();
    await supervisor.start(node('worker', stays));
    await expect(supervisor.start(node('worker', stays))).rejects.toThrow('already supervised');
  });
});
