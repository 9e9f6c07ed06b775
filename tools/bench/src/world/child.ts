import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Child {
  pid: number;
  process: ChildProcess;
  /** SIGTERM, then SIGKILL after ten seconds. Resolves once it is gone. */
  end(): Promise<void>;
}

const root = new URL('../../../../', import.meta.url);

/** A path of the repository, as a file name. */
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

/** The environment without any store of the machine's own. */
export const ownEnvironment = (): NodeJS.ProcessEnv => {
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...rest } = process.env;
  return rest;
};

export interface AppOptions {
  env: Record<string, string>;
  /** File that takes what the app prints: its log is part of what it costs. */
  output: string;
  nodeArgs?: string[];
}

const endWithParent = new URL('apps/sandbox/dist/end-with-parent.js', root).href;

/** One of the real apps, started as the sandbox starts it; it ends with us even if we are killed. */
export const runApp = (entry: string, { env, output, nodeArgs = [] }: AppOptions): Child => {
  const file = openSync(output, 'a', 0o600);
  const args = ['--enable-source-maps', ...nodeArgs, '--import', endWithParent, inRepository(entry)];
  const child = spawn(process.execPath, args, { env: { ...ownEnvironment(), ...env }, stdio: ['pipe', file, file] });
  closeSync(file);
  return childOf(child);
};

/** A process of the bench's own; spoken to by messages, and it ends when the channel to it closes. */
export const runOwn = (entry: string, env: Record<string, string> = {}): Child =>
  childOf(fork(inRepository(`tools/bench/dist/${entry}`), { env: { ...ownEnvironment(), ...env }, execArgv: ['--enable-source-maps'] }));

/** The next message of a kind from the process; rejects when it ends first. */
export const heard = <T>({ process }: Child, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`The process that should have answered "${kind}" has ended.`));
    const listen = (message: { kind: string }): void => {
      if (message.kind !== kind) return;
      process.off('message', listen);
      process.off('exit', ended);
      resolve(message as T);
    };
    process.on('message', listen);
    process.once('exit', ended);
  });

/** Sends a message and waits for the one that answers it, of kind `<kind>-done`. */
export const asked = <T>(child: Child, message: { kind: string } & Record<string, unknown>): Promise<T> => {
  const answer = heard<T>(child, `${message.kind}-done`);
  // Sending may throw first, when the process is gone; then nobody waits for the answer.
  answer.catch(() => undefined);
  child.process.send(message);
  return answer;
};
