import { ServiceProcess } from './service-process.js';
import type { SupervisorEvent } from './service-process.js';
import type { Service } from './child.js';

export type { SupervisorEvent } from './service-process.js';

export interface SupervisorOptions {
  onEvent?(event: SupervisorEvent): void;
  /** Called with every line of a child's stdout and stderr, and with the reason of a failed restart. */
  onOutput?(name: string, line: string): void;
  /** Environment of every child; by default the supervisor's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** 60 s by default: Redis reads its whole append-only file before it is ready. */
  readonly readyWithinMs?: number;
  /** Time for each child between SIGTERM and SIGKILL; 10 s by default. */
  readonly stopWithinMs?: number;
}

export interface Supervisor {
  /** Resolves once the service is ready. Rejects with its last lines when it ends first. A failed start is not repeated. */
  start(service: Service): Promise<void>;
  /** Returns undefined while the process is down, or when no service has that name. */
  pid(name: string): number | undefined;
  /** Returns the pids of the running processes by name. */
  pids(): Record<string, number>;
  /** Stops everything, the last started first. After this no service can be started. */
  stopAll(): Promise<void>;
}

/** Runs and restarts child processes until `stopAll`. */
export function createSupervisor(options: SupervisorOptions = {}): Supervisor {
  const serviceProcesses = new Map<string, ServiceProcess>();
  let stopped: Promise<void> | undefined;
  const processOptions = {
    env: options.env ?? process.env,
    readyWithinMs: options.readyWithinMs ?? 60_000,
    stopWithinMs: options.stopWithinMs ?? 10_000,
    onEvent: (event: SupervisorEvent) => options.onEvent?.(event),
    onOutput: (name: string, line: string) => options.onOutput?.(name, line),
  };

  return {
    async start(service) {
      if (stopped) throw new Error(`${service.name} cannot start: the supervisor is stopping`);
      if (serviceProcesses.has(service.name)) throw new Error(`a service named ${service.name} is already supervised`);
      const serviceProcess = new ServiceProcess(service, processOptions);
      serviceProcesses.set(service.name, serviceProcess);
      try {
        await serviceProcess.start();
      } catch (error) {
        serviceProcesses.delete(service.name);
        throw error;
      }
    },
    pid: (name) => serviceProcesses.get(name)?.pid,
    pids: () => livePids(serviceProcesses),
    stopAll() {
      stopped ??= stopInReverse([...serviceProcesses.values()]);
      return stopped;
    },
  };
}

function livePids(serviceProcesses: Map<string, ServiceProcess>): Record<string, number> {
  const live = [...serviceProcesses].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const]));
  return Object.fromEntries(live);
}

async function stopInReverse(serviceProcesses: ServiceProcess[]): Promise<void> {
  for (const serviceProcess of serviceProcesses.reverse()) await serviceProcess.stop();
}
