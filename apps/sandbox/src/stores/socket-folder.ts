import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The kernel keeps a socket's path in 108 bytes on Linux and 104 on macOS, the closing zero included. */
const longestPath = 103;

/** The longest path the stores put below the folder: where the engine opens its socket before it is moved. */
const longestBelow = '/tmp/embedded-mongodb-XXXXXX/mongodb.sock';

/**
 * Where the sockets of a data folder live: in it, or, when it is too deep for a socket's path, in a short folder
 * of the temporary folder. The same data folder always gives the same answer, so clients find a restarted store again.
 */
export function socketFolder(dataDir: string, temporary: string = tmpdir()): string {
  const own = resolve(dataDir);
  if (fits(own)) return own;
  const short = join(temporary, `crossroads-${createHash('sha256').update(own).digest('hex').slice(0, 12)}`);
  if (!fits(short)) throw new Error(`neither ${own} nor ${temporary} is short enough to hold a socket`);
  return short;
}

const fits = (folder: string): boolean => Buffer.byteLength(folder + longestBelow) <= longestPath;

/** Makes the socket folder, for this user alone. Rejects when it belongs to somebody else. */
export async function makeSocketFolder(dataDir: string): Promise<string> {
  const folder = socketFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (folder !== resolve(dataDir)) await rejectForeign(folder);
  return folder;
}

/** Anybody can make a folder of that name in the temporary folder first, and would then own our sockets. */
async function rejectForeign(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to somebody else; use a data folder with a shorter path`);
  }
  await chmod(folder, 0o700);
}
