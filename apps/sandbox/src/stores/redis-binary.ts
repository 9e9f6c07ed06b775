import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages } from './debian-packages.js';
import { debianTriplet } from './host.js';
import type { Host } from './host.js';
import { missingStoreError } from './store-service.js';

const run = promisify(execFile);

export interface RedisBinary {
  readonly command: string;
  readonly env: Record<string, string>;
}

/** Returns the installed Redis or Valkey, or one downloaded into `cacheDir`. Rejects with instructions when there is none. */
export async function redisBinary(host: Host, cacheDir: string, signal?: AbortSignal): Promise<RedisBinary> {
  for (const command of ['redis-server', 'valkey-server']) {
    if (await runs({ command, env: {} })) return { command, env: {} };
  }
  try {
    const fetched = await fetchRedis(host, cacheDir, signal);
    // Detects a missing library now and not at every start.
    await version(fetched);
    return fetched;
  } catch (error) {
    throw missingStoreError('redis', error);
  }
}

async function fetchRedis({ platform, arch }: Host, cacheDir: string, signal?: AbortSignal): Promise<RedisBinary> {
  const triplet = debianTriplet(arch);
  if (platform !== 'linux' || !triplet) throw new Error(`there is no download for ${platform} ${arch}`);
  const packages = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'libatomic1'];
  const root = await debianPackages({ name: `redis-${arch}`, packages }, cacheDir, signal);
  const libraries = join(root, 'usr/lib', triplet);
  return { command: join(root, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: libraries } };
}

const version = ({ command, env }: RedisBinary) => run(command, ['--version'], { env: { ...process.env, ...env } });

const runs = (binary: RedisBinary): Promise<boolean> =>
  version(binary).then(
    () => true,
    () => false,
  );
