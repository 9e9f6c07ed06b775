import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@crossroads/testkit';
import { thisHost } from '../../apps/sandbox/src/stores/host.js';
import { redisBinary } from '../../apps/sandbox/src/stores/redis-binary.js';
import type { Child } from '../../apps/sandbox/src/supervisor/child.js';
import { spawnChild } from '../../apps/sandbox/src/supervisor/child.js';

/** A Redis of a test's own, on loopback. */
export interface RedisServer {
  port: number;
  /** One inline command whose reply fits a packet, by a connection of its own; the reply as it comes over the wire. */
  ask(command: string): Promise<string>;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts it again, where it was, with what it had written down. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Free, and out of the range from which the kernel hands out ports, as is the port 10,000 above it, which a Cluster's nodes use as well. */
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

/** Starts `redis-server` with these settings, `--port` and `--dir` its own. What stands in `file` makes a Sentinel of it. */
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
      // A paused process hears of nothing else.
      await child.end(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const inline = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.setTimeout(2_000, () => socket.destroy(new Error(`Redis did not answer ${command}`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`Redis hung up on ${command}`)));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
  });
