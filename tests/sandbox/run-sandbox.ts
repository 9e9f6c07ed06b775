import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@crossroads/testkit';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';

export interface RunningSandbox {
  /** Reads `sandbox.json`. */
  info(): Promise<SandboxInfo>;
  dataDir: string;
  /** Returns its output so far. */
  output(): string;
  /** Sends SIGTERM and returns the exit code. */
  stop(): Promise<number | null>;
}

/** Runs the sandbox like `npm start`, on free ports and in its own folder, and waits until it is up. */
export const runSandbox = async (env: Record<string, string> = {}): Promise<RunningSandbox> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-sandbox-'));
  const [intake, ops, destination] = await Promise.all([freePort(), freePort(), freePort()]);
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', 'apps/sandbox/dist/main.js'], {
    env: { ...inherited, INTAKE_PORT: intake, OPS_PORT: ops, DESTINATION_PORT: destination, SANDBOX_DATA: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));

  const info = async (): Promise<SandboxInfo> => JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as SandboxInfo;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`The sandbox ended:\n${output}`);
    return info();
  }, 120_000);
  return {
    info,
    dataDir,
    output: () => output,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      await rm(dataDir, { recursive: true, force: true });
      return code;
    },
  };
};

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
