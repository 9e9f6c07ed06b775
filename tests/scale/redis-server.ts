import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@crossroads/testkit';
import { thisHost } from '../../apps/sandbox/src/stores/host.js';
import { redisBinary } from '../../apps/sandbox/src/stores/redis-binary.js';
import type { Child } from '../../apps/sandbox/src/supervisor/child.js';
import { spawnChild } from '../../apps/sandbox/src/supervisor/child.js';

/** A separate Redis for a test, on loopback. */
export interface RedisServer {
  port: number;
  /** Sends one inline command over its own connection and returns the raw reply, which must fit a packet. */
  ask(command: string): Promise<string>;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Restarts it on the same port with its data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Finds a free port outside the kernel's ephemeral range. The port 10,000 above it, which Cluster nodes also use, is free as well. */
const aPort = async (): Promise<number> => {
  for (;;) {
    const port = 51_000 + Math.floor(Math.random() * 4_500);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
};

/** Starts `redis-server` with these settings and its own `--port` and `--dir`. With `file` it is a Sentinel. */
export const startRedis = async (settings: string[] = []): Promise<RedisServer> => {
  const { command, env } = await redisBinary(thisHost(), process.env['SANDBOX_CACHE'] ?? '.cache');
  const folder = await mkdtemp(join(tmpdir(), 'crossroads-redis-'));
  const port = await aPort();
  const args = [...settings, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--maxmemory-policy', 'noeviction'];
  let child: Child;
  const ask = (text: string): Promise<string> => inline(port, text);
  const start = async (): Promise<void> => {
    child = await spawnChild({ name: 'redis', command, args, env, ready: async () => undefined }, process.env, () => undefined);
    await eventually(async () => (await ask('PING')).startsWith('+PONG')).catch((error: unknown) => {
      throw new Error(`Redis did not start:\n${child.lastLines().join('\n')}`, { cause: error });
    });
  };
  await start();
  return {
    port,
    ask,
    signal: (signal) => void process.kill(child.pid, signal),
    restart: async () => {
      await child.ended;
      await start();
    },
    async stop() {
      // A paused process only handles SIGKILL.
      await child.end(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const inline = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.setTimeout(2_000, () => socket.destroy(new Error(`Redis did not reply to ${command}`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`Redis closed the connection on ${command}`)));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
  });
