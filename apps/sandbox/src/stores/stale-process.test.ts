import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endStaleProcess } from './stale-process.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'left-over-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a process whose command line looks like a Redis that serves `mark`. */
function redisLike(mark: string) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'redis-server', mark]);
  writeFileSync(join(folder, 'redis.pid'), `${child.pid}\n`);
  return { child, gone: once(child, 'exit') };
}

const left = () => ({ pidFile: join(folder, 'redis.pid'), marks: [join(folder, 'redis.sock')], folder });

describe('a stale Redis', () => {
  it('is stopped when its command line names our socket', async () => {
    const { child, gone } = redisLike(join(folder, 'redis.sock'));
    await once(child, 'spawn');
    await endStaleProcess(left());
    expect(await gone).toEqual([null, 'SIGTERM']);
  });

  it('is not stopped when its pid now belongs to another process', async () => {
    const { child, gone } = redisLike('/another/redis.sock');
    await once(child, 'spawn');
    await endStaleProcess(left());
    expect(child.kill('SIGKILL')).toBe(true);
    expect(await gone).toEqual([null, 'SIGKILL']);
  });

  it('is ignored when there is no pid file or the process has ended', async () => {
    await endStaleProcess(left());
    const { child, gone } = redisLike(join(folder, 'redis.sock'));
    child.kill('SIGKILL');
    await gone;
    await endStaleProcess(left());
  });
});
