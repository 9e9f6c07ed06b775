import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';

export interface TestStores {
  testStores?: { process: ChildProcess; dataDir: string };
}

/** Ends the stores of the run and removes what they kept. */
export default async function stopStores(): Promise<void> {
  const { testStores } = globalThis as TestStores;
  if (!testStores) return;
  const ended = once(testStores.process, 'exit');
  testStores.process.stdin?.end();
  await ended;
  await rm(testStores.dataDir, { recursive: true, force: true });
}
