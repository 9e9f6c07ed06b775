import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface Child {
  pid: number;
  process: ChildProcess;
  /** Sends SIGTERM, and SIGKILL after ten seconds. Resolves once the process has ended. */
  end(): Promise<void>;
}

const root = new URL('../../../../', import.meta.url);

/** Returns the absolute path of a file of the repository. */
export const inRepository = (path: string): string => fileURLToPath(new URL(path, root));

const childOf = (process: ChildProcess): Child => {
  const gone = once(process, 'exit');
  return {
    pid: process.pid!,
    process,
    async end() {
      if (process.exitCode !== null || process.signalCode !== null) return;
      process.kill('SIGTERM');
      const late = setTimeout(() => process.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
};

/** Returns the environment without the settings that name other stores. */
export const ownEnvironment = (): NodeJS.ProcessEnv => {
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...rest } = process.env;
  return rest;
};

export interface AppOptions {
  env: Record<string, string>;
  /** File for the app's output. Writing the log is part of the measured cost. */
  output: string;
  nodeArgs?: string[];
}

const endWithParent = new URL('apps/sandbox/dist/end-with-parent.js', root).href;

/** Starts one of the real apps as the sandbox does. The app ends when this process ends, even by SIGKILL. */
export const runApp = (entry: string, { env, output, nodeArgs = [] }: AppOptions): Child => {
  const file = openSync(output, 'a', 0o600);
  const args = ['--enable-source-maps', ...nodeArgs, '--import', endWithParent, inRepository(entry)];
  const child = spawn(process.execPath, args, { env: { ...ownEnvironment(), ...env }, stdio: ['pipe', file, file] });
  closeSync(file);
  return childOf(child);
};

/** Starts a process of the benchmark that communicates by messages. It ends when its channel closes. */
export const forkProcess = (entry: string, env: Record<string, string> = {}): Child =>
  childOf(fork(inRepository(`tools/bench/dist/${entry}`), { env: { ...ownEnvironment(), ...env }, execArgv: ['--enable-source-maps'] }));

/** Returns the next message of a kind from the process. Rejects when the process ends first. */
export const nextMessage = <T>({ process }: Child, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`The process has ended before it sent "${kind}". Its output is above.`));
    const listen = (message: { kind: string }): void => {
      if (message.kind !== kind) return;
      process.off('message', listen);
      process.off('exit', ended);
      resolve(message as T);
    };
    process.on('message', listen);
    process.once('exit', ended);
  });

/** Sends a message and returns the reply, which has kind `<kind>-done`. */
export const request = <T>(child: Child, message: { kind: string } & Record<string, unknown>): Promise<T> => {
  const answer = nextMessage<T>(child, `${message.kind}-done`);
  // When the process has ended, `send` throws first. Without this handler the reply would be an unhandled rejection.
  answer.catch(() => undefined);
  child.process.send(message);
  return answer;
};

/** Ticks per second in which Linux counts CPU time. */
const ticks = 100;

/** Returns the CPU seconds, user and system, that the processes have used since their start. */
export const cpuSeconds = (pids: readonly number[]): number => {
  let used = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    used += Number(fields[11]) + Number(fields[12]);
  }
  return used / ticks;
};

/** Returns the CPU seconds that all processes of this machine have used since its start. */
export const machineCpuSeconds = (): number => {
  const [, user, nice, system, _idle, _ioWait, irq, softIrq] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).map(Number);
  return (user! + nice! + system! + irq! + softIrq!) / ticks;
};

/** Returns the resident memory of a process in megabytes. */
export const residentMb = (pid: number): number => {
  const [, kb] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
};

/** Finds a port that no process listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
