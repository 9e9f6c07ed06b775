import { ServiceProcess } from './service-process.js';
import type { SupervisorEvent } from './service-process.js';
import type { Service } from './service.js';

export type { SupervisorEvent } from './service-process.js';

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
