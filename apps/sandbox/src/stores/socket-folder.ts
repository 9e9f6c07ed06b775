import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Longest socket path in bytes. The kernel's limit is 108 on Linux and 104 on macOS, including the final zero. */
const longestPath = 103;

/** The longest path below the folder: the engine opens its socket there before the socket is renamed. */
const longestBelow = '/tmp/embedded-mongodb-XXXXXX/mongodb.sock';

/**
 * Returns the folder for the sockets of a data folder: itself, or a short temporary folder when its path is too long.
 * The result depends only on the path, so clients find a restarted store.
 */
export function socketFolder(dataDir: string, temporary: string = tmpdir()): string {
  const own = resolve(dataDir);
  if (fits(own)) return own;
  const short = join(temporary, `crossroads-${createHash('sha256').update(own).digest('hex').slice(0, 12)}`);
  if (!fits(short)) throw new Error(`The paths ${own} and ${temporary} are not short enough for a socket. Set SANDBOX_DATA to a shorter path.`);
  return short;
}

const fits = (folder: string): boolean => Buffer.byteLength(folder + longestBelow) <= longestPath;

/** Makes the socket folder, accessible only to this user. Rejects when it belongs to another user. */
export async function makeSocketFolder(dataDir: string): Promise<string> {
  const folder = socketFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (folder !== resolve(dataDir)) await rejectForeign(folder);
  return folder;
}

/** Rejects a folder of another user. Any user could make a folder of that name first and would then control the sockets. */
async function rejectForeign(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`The folder ${folder} belongs to another user. Set SANDBOX_DATA to a shorter path.`);
  }
  await chmod(folder, 0o700);
}
