import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackages } from './debian-packages.js';
import { debianTriplet } from './host.js';
import type { Host } from './host.js';

/** The MongoDB engine is linked against this version of glibc and does not load with an older one. */
const needed = { major: 2, minor: 38 };

/** `own`: the machine's C library suffices. `newer`: a newer one must be downloaded. `none`: the engine cannot run here. */
export type CLibrary = 'own' | 'newer' | 'none';

/** Returns the C library for the engine. It is built for Linux with glibc on x64 and arm64, and for macOS on arm64. */
export function whichCLibrary({ platform, arch, glibc }: Pick<Host, 'platform' | 'arch' | 'glibc'>): CLibrary {
  if (platform === 'darwin') return arch === 'arm64' ? 'own' : 'none';
  if (platform !== 'linux' || !glibc || !debianTriplet(arch)) return 'none';
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  const enough = major > needed.major || (major === needed.major && minor >= needed.minor);
  return enough ? 'own' : 'newer';
}

export interface Launch {
  readonly command: string;
  readonly args: string[];
}

/** Returns the command that runs a Node script with a suitable C library. Rejects when there is none. */
export async function nodeForEngine(host: Host, script: string[], cacheDir: string, signal?: AbortSignal): Promise<Launch> {
  const which = whichCLibrary(host);
  if (which === 'none') throw new Error(`the embedded engine does not exist for ${host.platform} ${host.arch}`);
  if (which === 'own') return { command: host.node, args: script };
  const wanted = { name: `libc6-stable-${host.arch}`, packages: ['libc6'], suite: 'stable' };
  const folder = libraryFolder(await debianPackages(wanted, cacheDir, signal), host.arch);
  // Only the new loader can load the new library: with LD_LIBRARY_PATH alone the old loader meets the new libc and crashes.
  return { command: join(folder, loaderName(host.arch)), args: ['--library-path', folder, host.node, ...script] };
}

const loaderName = (arch: string): string => (arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2');

/** Finds the loader's folder: older packages unpack to lib/, newer ones to usr/lib/. */
function libraryFolder(root: string, arch: string): string {
  const folders = ['usr/lib', 'lib'].map((lib) => join(root, lib, debianTriplet(arch) ?? ''));
  const folder = folders.find((each) => existsSync(join(each, loaderName(arch))));
  if (!folder) throw new Error(`no ${loaderName(arch)} in the downloaded C library`);
  return folder;
}
