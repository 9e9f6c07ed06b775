import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from './service.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves once the process is gone and its output is read; never rejects. */
  readonly ended: Promise<Ended>;
  /** The last lines it wrote, oldest first. */
  lastWords(): string[];
  /** SIGTERM, then SIGKILL when it outlives the deadline. Resolves once it is gone. */
  end(deadlineMs: number): Promise<void>;
}

const wordsKept = 20;

/** A grandchild that inherited the pipes can hold them open for ever; past this its words are given up. */
const drainMs = 500;

/** Runs the service's command. Rejects when it cannot be run at all (not found, not executable). */
export async function spawnChild(
  service: Service,
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<Child> {
  const child = spawn(service.command, service.args, {
    env: { ...env, ...service.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches every process of the terminal's group at once, and would take
    // the stores away from under the apps that are still finishing their work.
    detached: true,
  });
  const words = keepLastLines(child, onLine);
  // Writing to a child that is gone raises EPIPE here, and an unhandled one ends the supervisor.
  child.stdin?.on('error', () => {});
  const ended = whenEnded(child);
  await once(child, 'spawn');
  return { pid: child.pid!, ended, lastWords: () => [...words], end: (deadlineMs) => end(child, ended, deadlineMs) };
}

function keepLastLines(child: ChildProcess, onLine: (line: string) => void): string[] {
  const words: string[] = [];
  for (const input of [child.stdout!, child.stderr!]) {
    createInterface({ input }).on('line', (line) => {
      words.push(line);
      if (words.length > wordsKept) words.shift();
      onLine(line);
    });
  }
  return words;
}

function whenEnded(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(child.pid!);
      const drained = new AbortController();
      const give = () => {
        drained.abort();
        resolve({ code, signal });
      };
      child.once('close', give);
      void pause(drainMs, undefined, { signal: drained.signal }).then(give, () => {});
    });
  });
}

async function end(child: ChildProcess, ended: Promise<Ended>, deadlineMs: number): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => killGroup(child.pid!), deadlineMs);
  await ended;
  clearTimeout(late);
}

/** Ends what the child itself started as well (a Redis that dies leaves the process that rewrites its log). */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group, which is what was wanted.
  }
}
