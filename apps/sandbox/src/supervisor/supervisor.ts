import { Keeper } from './keeper.js';
import type { SupervisorEvent } from './keeper.js';
import type { Service } from './service.js';

export type { SupervisorEvent } from './keeper.js';

export interface SupervisorOptions {
  onEvent?(event: SupervisorEvent): void;
  /** Every line a child writes on stdout or stderr, and why a restart failed. */
  onOutput?(name: string, line: string): void;
  /** What every child inherits; the supervisor's own environment by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** 60 s by default: Redis reads its whole log before it answers. */
  readonly readyWithinMs?: number;
  /** 10 s by default, for each child, before SIGKILL. */
  readonly stopWithinMs?: number;
}

export interface Supervisor {
  /** Resolves once the service is ready. Rejects with its last lines when it ends first; it is not tried again. */
  start(service: Service): Promise<void>;
  /** Undefined while the process is down, or when no service has that name. */
  pid(name: string): number | undefined;
  /** The live processes, name to pid. */
  pids(): Record<string, number>;
  /** Ends everything, the last started first. Nothing can be started afterwards. */
  stopAll(): Promise<void>;
}

/** Keeps child processes alive until `stopAll`. */
export function createSupervisor(options: SupervisorOptions = {}): Supervisor {
  const keepers = new Map<string, Keeper>();
  let stopped: Promise<void> | undefined;
  const keeping = {
    env: options.env ?? process.env,
    readyWithinMs: options.readyWithinMs ?? 60_000,
    stopWithinMs: options.stopWithinMs ?? 10_000,
    onEvent: (event: SupervisorEvent) => options.onEvent?.(event),
    onOutput: (name: string, line: string) => options.onOutput?.(name, line),
  };

  return {
    async start(service) {
      if (stopped) throw new Error(`${service.name} cannot start: the supervisor is stopping`);
      if (keepers.has(service.name)) throw new Error(`a service named ${service.name} is already supervised`);
      const keeper = new Keeper(service, keeping);
      keepers.set(service.name, keeper);
      try {
        await keeper.start();
      } catch (error) {
        keepers.delete(service.name);
        throw error;
      }
    },
    pid: (name) => keepers.get(name)?.pid,
    pids: () => livePids(keepers),
    stopAll() {
      stopped ??= stopInReverse([...keepers.values()]);
      return stopped;
    },
  };
}

function livePids(keepers: Map<string, Keeper>): Record<string, number> {
  const live = [...keepers].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const]));
  return Object.fromEntries(live);
}

async function stopInReverse(keepers: Keeper[]): Promise<void> {
  for (const keeper of keepers.reverse()) await keeper.stop();
}
