import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { until } from './harness.js';
import { inRepository } from './processes.js';
import type { Product, Role } from './product.js';

/** Returns the environment in which the Node processes of the product can be profiled. */
export const profilingEnvironment = (folder: string): Record<string, string> => ({
  BENCH_PROFILES: resolve(folder),
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import file://${inRepository('tools/bench/dist/harness/profile-on-signal.js')}`,
});

/** Redis is no Node process, and the engine's time is native. */
const profiled: readonly Role[] = ['workers', 'intake', 'ops', 'supervisor', 'destination'];

/** Records a CPU profile of each Node process during `work`, as `<name>-<role>-<number>.cpuprofile`. */
export const withProfiles = async <T>({ pids }: Product, folder: string, name: string, work: () => Promise<T>): Promise<T> => {
  await mkdir(folder, { recursive: true });
  const processes = profiled.flatMap((role) => pids[role].map((pid, index) => ({ pid, file: `${name}-${role}-${index + 1}.cpuprofile` })));
  const toggle = () => {
    for (const { pid } of processes) process.kill(pid, 'SIGUSR2');
  };
  toggle();
  try {
    return await work();
  } finally {
    toggle();
    for (const { pid, file } of processes) {
      const written = join(folder, `${pid}.cpuprofile`);
      await until(async () => existsSync(written), 20_000, `Process ${pid} has not written its CPU profile within 20 s.`);
      await rename(written, join(folder, file));
    }
  }
};
