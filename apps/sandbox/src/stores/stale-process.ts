import { readFile, readlink } from 'node:fs/promises';
import { until } from './socket-probe.js';

export interface StaleProcess {
  readonly pidFile: string;
  /** Texts that only our own process has in its command line. */
  readonly marks: readonly string[];
  /** Working folder of our own process, for versions that overwrite their command line. */
  readonly folder: string;
}

const stopWithinMs = 5_000;

/**
 * Stops the Redis of an earlier run that was killed. Redis survives its parent, and two of them would write the same file.
 * The pid may belong to another process by now, so command line and working folder are checked.
 * Rejects when the parent is alive: then a second sandbox uses the same data.
 */
export async function endStaleProcess(left: StaleProcess): Promise<void> {
  const pid = Number(await readFile(left.pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await isOurs(pid, left))) return;
  if (await hasLivingParent(pid)) throw new Error(`Another sandbox uses ${left.folder} (Redis process ${pid}). Stop it, or set SANDBOX_DATA to another folder.`);
  process.kill(pid, 'SIGTERM');
  const gone = async () => !(await isOurs(pid, left));
  await until(gone, AbortSignal.timeout(stopWithinMs)).catch(async () => {
    process.kill(pid, 'SIGKILL');
    await until(gone, AbortSignal.timeout(stopWithinMs));
  });
}

async function isOurs(pid: number, { marks, folder }: StaleProcess): Promise<boolean> {
  // An ended process or a zombie has an empty command line.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!/redis|valkey/.test(command)) return false;
  const workingIn = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingIn === folder || marks.some((mark) => command.includes(mark));
}

/** Returns whether the parent is a running sandbox, that is the same Node. Orphans belong to process 1 or to the session manager. */
async function hasLivingParent(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
  if (!(parent > 1) || parent === process.pid) return false;
  const [theirs, ours] = await Promise.all([`/proc/${parent}/exe`, '/proc/self/exe'].map((exe) => readlink(exe).catch(() => '')));
  return theirs !== '' && theirs === ours;
}
