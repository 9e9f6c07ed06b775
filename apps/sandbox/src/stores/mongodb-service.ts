import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '../supervisor/service.js';
import { nodeForEngine } from './c-library.js';
import { thisHost } from './host.js';
import { makeSocketFolder } from './socket-folder.js';
import { answers, until } from './socket-probe.js';
import type { StoreOptions, StoreService } from './store-service.js';
import { noStore } from './ways-out.js';

/** An engine whose parent died closes by itself, and is given this long to finish. */
const leaveWithinMs = 10_000;

/**
 * The embedded MongoDB engine in a process of its own, its data in `<dataDir>/mongodb`. `url` names the socket and the
 * database `crossroads`, and asks for journalled writes, so that no client can forget to: without them a kill -9 loses acknowledged writes.
 * Rejects with the ways out when the engine cannot run on this machine.
 */
export async function mongodbService({ dataDir, cacheDir, signal }: StoreOptions): Promise<StoreService> {
  const folder = join(resolve(dataDir), 'mongodb');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sockets = await makeSocketFolder(dataDir);
  const socket = join(sockets, 'mongodb.sock');
  const service: Service = {
    name: 'mongodb',
    ...(await engineLaunch([folder, socket, join(sockets, 'tmp')], cacheDir, signal)),
    beforeStart: () => untilNobodyServes(socket),
    ready: (over) => until(() => answers(socket), over),
  };
  return { ...service, url: mongodbUri(socket) };
}

const mongodbUri = (socket: string): string =>
  `mongodb://${encodeURIComponent(socket)}/crossroads?journal=true&directConnection=true`;

async function engineLaunch(args: string[], cacheDir: string, signal?: AbortSignal) {
  const host = thisHost();
  try {
    // The loader opens exactly the file it is given, and `node` is often a link.
    const node = await realpath(host.node);
    return await nodeForEngine({ ...host, node }, [engineEntry(), ...args], cacheDir, signal);
  } catch (error) {
    throw noStore('mongodb', error);
  }
}

/** Node runs the compiled file; a caller that is itself run from source, as under jest, finds it in dist. */
function engineEntry(): string {
  const beside = fileURLToPath(new URL('./mongodb-engine.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/stores/mongodb-engine.js', import.meta.url));
}

/** Otherwise an engine that is still leaving would be taken for the new one being ready. */
async function untilNobodyServes(socket: string): Promise<void> {
  const gone = async () => !(await answers(socket));
  await until(gone, AbortSignal.timeout(leaveWithinMs)).catch(() => {
    throw new Error(`another process is serving ${socket}`);
  });
}
