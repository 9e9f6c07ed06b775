import { setTimeout as pause } from 'node:timers/promises';
import { spawnChild } from './child.js';
import type { Child, Service } from './child.js';
import { untilReady } from './until-ready.js';

export type SupervisorEvent =
  /** `started` at the first start, `restarted` later; `ready` follows once the service is ready. */
  | { readonly type: 'started' | 'restarted' | 'ready'; readonly name: string; readonly pid: number }
  | {
      readonly type: 'exited';
      readonly name: string;
      readonly pid: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };

export interface ServiceProcessOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
  readonly onEvent: (event: SupervisorEvent) => void;
  readonly onOutput: (name: string, line: string) => void;
}

/** Runs one service and restarts it when it ends, until it is stopped. */
export class ServiceProcess {
  readonly service: Service;
  readonly #processOptions: ServiceProcessOptions;
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #gone: Promise<void> = Promise.resolve();
  #life: Promise<void> = Promise.resolve();

  constructor(service: Service, processOptions: ServiceProcessOptions) {
    this.service = service;
    this.#processOptions = processOptions;
  }

  /** Undefined while the process is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once the service is ready. From then on it is restarted whenever it ends. A failed first start is not repeated. */
  async start(): Promise<void> {
    const up = this.#bringUp('started');
    this.#life = up.then(
      () => this.#restartWhenGone(),
      () => {},
    );
    await up;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#child?.end(this.#processOptions.stopWithinMs);
    // A start in progress may have spawned a child in the meantime; it stops that child itself.
    await this.#life;
  }

  async #bringUp(how: 'started' | 'restarted'): Promise<void> {
    const { service } = this;
    await service.beforeStart?.();
    if (this.#stopping.signal.aborted) throw new Error(`${service.name} was stopped before it was started`);
    const child = await spawnChild(service, this.#processOptions.env, (line) => this.#processOptions.onOutput(service.name, line));
    this.#gone = this.#publish(how, child);
    try {
      await untilReady(service, child, this.#stopping.signal, this.#processOptions.readyWithinMs);
    } catch (error) {
      await child.end(this.#processOptions.stopWithinMs);
      await this.#gone;
      throw error;
    }
    this.#processOptions.onEvent({ type: 'ready', name: service.name, pid: child.pid });
  }

  #publish(how: 'started' | 'restarted', child: Child): Promise<void> {
    const { name } = this.service;
    this.#child = child;
    this.#processOptions.onEvent({ type: how, name, pid: child.pid });
    return child.ended.then((ended) => {
      this.#child = undefined;
      this.#processOptions.onEvent({ type: 'exited', name, pid: child.pid, ...ended });
    });
  }

  async #restartWhenGone(): Promise<void> {
    const { signal } = this.#stopping;
    let delayMs = 0;
    let startedAt = Date.now();
    for (;;) {
      await this.#gone;
      delayMs = restartDelay(delayMs, Date.now() - startedAt);
      await pause(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      startedAt = Date.now();
      await this.#bringUp('restarted').catch((error: unknown) => this.#reportFailure(error));
    }
  }

  #reportFailure(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#processOptions.onOutput(this.service.name, error instanceof Error ? error.message : String(error));
  }
}

const shortestMs = 100;
const longestMs = 5_000;

/** After this many milliseconds a process counts as healthy, and the next restart is fast again. */
const steadyAfterMs = 10_000;

/** Returns the milliseconds before the next start, from the last delay (0: none) and the lifetime of the process since. */
export function restartDelay(lastDelayMs: number, livedMs: number): number {
  if (lastDelayMs === 0 || livedMs >= steadyAfterMs) return shortestMs;
  return Math.min(lastDelayMs * 2, longestMs);
}
