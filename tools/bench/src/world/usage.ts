import { readFileSync } from 'node:fs';

/** Ticks a second in which Linux counts CPU time. */
const ticks = 100;

/** CPU seconds, user and system, that the processes have used since they began. */
export const cpuSeconds = (pids: readonly number[]): number => {
  let used = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    used += Number(fields[11]) + Number(fields[12]);
  }
  return used / ticks;
};

/** Megabytes of memory the process has in hand. */
export const residentMb = (pid: number): number => {
  const [, kb] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
};
