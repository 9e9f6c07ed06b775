import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** A supervised process: how to run it, and how to check that it is ready. */
export interface Service {
  /** Name in events and output; unique within one supervisor. */
  readonly name: string;
  /** Looked up on PATH when it has no slash. */
  readonly command: string;
  readonly args: string[];
  /** Added to the environment that every child gets. */
  readonly env?: Record<string, string>;
  /** Cleans up after an earlier run. Called before every start and restart. Rejects when the service must not start. */
  beforeStart?(): Promise<void>;
  /** Resolves once the process is ready. `over` aborts when the process has ended, took too long or is being stopped. */
  ready(over: AbortSignal): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves once the process has ended and its output was read; never rejects. */
  readonly ended: Promise<Ended>;
  /** Returns the last lines of its output, oldest first. */
  lastLines(): string[];
  /** Sends SIGTERM, and SIGKILL after the deadline. Resolves once the process has ended. */
  end(deadlineMs: number): Promise<void>;
}

const keptLines = 20;

/** Milliseconds to read remaining output. A grandchild that inherited the pipes could keep them open forever. */
const drainMs = 500;

/** Runs the service's command. Rejects when it cannot be run (not found, not executable). */
export async function spawnChild(
  service: Service,
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<Child> {
  const child = spawn(service.command, service.args, {
    env: { ...env, ...service.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches every process of the terminal's group at once.
    // Without this, the stores would end before the apps have finished their work.
    detached: true,
  });
  const lines = keepLastLines(child, onLine);
  // Writing to an ended child emits EPIPE. Unhandled, it would end the supervisor.
  child.stdin?.on('error', () => {});
  const ended = whenEnded(child);
  await once(child, 'spawn');
  return { pid: child.pid!, ended, lastLines: () => [...lines], end: (deadlineMs) => end(child, ended, deadlineMs) };
}

function keepLastLines(child: ChildProcess, onLine: (line: string) => void): string[] {
  const lines: string[] = [];
  for (const input of [child.stdout!, child.stderr!]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine(line);
    });
  }
  return lines;
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

/** Also kills what the child has started: a Redis that dies leaves the process that rewrites its log. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no process left.
  }
}
