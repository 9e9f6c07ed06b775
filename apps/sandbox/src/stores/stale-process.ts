import { readFile, readlink } from 'node:fs/promises';
import { until } from './socket-probe.js';

export interface StaleProcess {
  readonly pidFile: string;
  /** Texts of which one stands in the command line of a process of ours, as in no other's. */
  readonly marks: readonly string[];
  /** The folder a process of ours works in, for versions that overwrite their command line. */
  readonly folder: string;
}

const politeMs = 5_000;

/**
 * Ends the Redis an earlier run left when it was killed: Redis does not notice that its parent died, and two of them
 * would write the same log. A pid file can outlive its process and the number be given to another, so the process must prove to be ours.
 * Rejects when its parent is alive: then it is no left-over but a second sandbox on the same data.
 */
export async function endStaleProcess(left: StaleProcess): Promise<void> {
  const pid = Number(await readFile(left.pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await isOurs(pid, left))) return;
  if (await hasLivingParent(pid)) throw new Error(`another sandbox (process ${pid}) is using ${left.folder}`);
  process.kill(pid, 'SIGTERM');
  const gone = async () => !(await isOurs(pid, left));
  await until(gone, AbortSignal.timeout(politeMs)).catch(async () => {
    process.kill(pid, 'SIGKILL');
    await until(gone, AbortSignal.timeout(politeMs));
  });
}

async function isOurs(pid: number, { marks, folder }: StaleProcess): Promise<boolean> {
  // A process that is gone, or gone but not yet buried, has an empty one.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!/redis|valkey/.test(command)) return false;
  const workingIn = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingIn === folder || marks.some((mark) => command.includes(mark));
}

/** Orphans are handed to process 1 or to a minder of the login session; a sandbox is a Node like this one. */
async function hasLivingParent(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
  if (!(parent > 1) || parent === process.pid) return false;
  const [theirs, ours] = await Promise.all([`/proc/${parent}/exe`, '/proc/self/exe'].map((exe) => readlink(exe).catch(() => '')));
  return theirs !== '' && theirs === ours;
}
