import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '../supervisor/child.js';
import { nodeForEngine } from './c-library.js';
import { thisHost } from './host.js';
import { makeSocketFolder } from './socket-folder.js';
import { isServed, until } from './socket-probe.js';
import type { StoreOptions, StoreService } from './store-service.js';
import { missingStoreError } from './store-service.js';

/** Milliseconds that the engine of a dead parent may take to close. */
const closeWithinMs = 10_000;

/**
 * Describes the embedded MongoDB engine as a process with its data in `<dataDir>/mongodb`. `url` has the socket and the database `crossroads`.
 * It requests journalled writes for all clients: without them, a kill -9 loses acknowledged writes.
 * Rejects with instructions when the engine cannot run on this machine.
 */
export async function mongodbService({ dataDir, cacheDir, signal }: StoreOptions): Promise<StoreService> {
  const folder = join(resolve(dataDir), 'mongodb');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sockets = await makeSocketFolder(dataDir);
  const socket = join(sockets, 'mongodb.sock');
  const service: Service = {
    name: 'mongodb',
    ...(await engineLaunch([folder, socket, join(sockets, 'tmp')], cacheDir, signal)),
    beforeStart: () => untilUnused(socket),
    ready: (over) => until(() => isServed(socket), over),
  };
  return { ...service, url: mongodbUri(socket) };
}

const mongodbUri = (socket: string): string =>
  `mongodb://${encodeURIComponent(socket)}/crossroads?journal=true&directConnection=true`;

async function engineLaunch(args: string[], cacheDir: string, signal?: AbortSignal) {
  const host = thisHost();
  try {
    // The loader does not resolve links, and `node` often is one.
    const node = await realpath(host.node);
    return await nodeForEngine({ ...host, node }, [engineEntry(), ...args], cacheDir, signal);
  } catch (error) {
    throw missingStoreError('mongodb', error);
  }
}

/** Returns the compiled engine file. A caller that runs from source, as under jest, finds it in dist. */
function engineEntry(): string {
  const beside = fileURLToPath(new URL('./mongodb-engine.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/stores/mongodb-engine.js', import.meta.url));
}

/** Waits until the socket is unused. Otherwise an engine that is still closing would look like the new one. */
async function untilUnused(socket: string): Promise<void> {
  const gone = async () => !(await isServed(socket));
  await until(gone, AbortSignal.timeout(closeWithinMs)).catch(() => {
    throw new Error(`Another process uses the socket ${socket}. Stop the other sandbox, or set SANDBOX_DATA to another folder.`);
  });
}
