import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readTargets, sourcesList, targetFormat } from './apt-sources.js';

const run = promisify(execFile);

/** Timeout of one apt or dpkg command in milliseconds. A reachable mirror needs seconds; an unreachable one must not block the start forever. */
const stepMs = 180_000;

export interface DebianPackages {
  /** Name of the folder below the cache folder for the unpacked packages. */
  readonly name: string;
  readonly packages: readonly string[];
  /** Without it, the machine's own suite. */
  readonly suite?: string;
}

/**
 * Returns the folder with the unpacked packages. Downloads them from the machine's mirror unless they are in the cache.
 * It needs no root and changes nothing outside `cacheDir`. Rejects without apt, without a mirror, or without a network.
 */
export async function debianPackages(wanted: DebianPackages, cacheDir: string, signal?: AbortSignal): Promise<string> {
  const folder = join(resolve(cacheDir), wanted.name);
  if (await exists(folder)) return folder;
  await mkdir(resolve(cacheDir), { recursive: true });
  const work = await mkdtemp(`${folder}.part-`);
  try {
    await download(wanted, work, signal);
    await unpack(work, signal);
    await moveInPlace(join(work, 'root'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

async function download(wanted: DebianPackages, work: string, signal?: AbortSignal): Promise<void> {
  const apt = await privateApt(work, wanted.suite, signal);
  const options = { cwd: join(work, 'debs'), timeout: stepMs, ...(signal && { signal }) };
  await run('apt-get', [...apt, 'update'], options);
  await run('apt-get', [...apt, 'download', ...wanted.packages], options);
}

/** Creates a sources file and folders below `work`. Returns options that make apt keep all its state there. */
async function privateApt(work: string, suite: string | undefined, signal?: AbortSignal): Promise<string[]> {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'root']) {
    await mkdir(join(work, folder), { recursive: true });
  }
  await writeFile(join(work, 'status'), '');
  await writeFile(join(work, 'sources.list'), await ownSources(suite, signal));
  return Object.entries({
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    // Pins of the machine could hide a package of another suite.
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State': work,
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::State::Status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    // As root, apt downloads as its own user, which may not write into this folder.
    'APT::Sandbox::User': '',
    // Without this, an unreachable mirror is only a warning and the error that follows names a missing package.
    'APT::Update::Error-Mode': 'any',
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

async function ownSources(suite: string | undefined, signal?: AbortSignal): Promise<string> {
  // Without --no-release-info, a machine without package lists (most container images) prints no target.
  const ask = ['indextargets', '--no-release-info', '--format', targetFormat, 'Created-By: Packages'];
  const { stdout } = await run('apt-get', ask, { timeout: stepMs, ...(signal && { signal }) });
  const { id, codename } = await distribution();
  return sourcesList(readTargets(stdout), codename, suite, await keyringOf(id));
}

async function distribution(): Promise<{ id: string; codename: string }> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, 'm').exec(release)?.[1] ?? '';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

/** Returns the distribution's keyring. Without one, apt uses every key that the machine trusts. */
async function keyringOf(id: string): Promise<string | undefined> {
  for (const shutdown of ['gpg', 'pgp']) {
    const keyring = `/usr/share/keyrings/${id}-archive-keyring.${shutdown}`;
    if (await exists(keyring)) return keyring;
  }
  return undefined;
}

async function unpack(work: string, signal?: AbortSignal): Promise<void> {
  for (const deb of await readdir(join(work, 'debs'))) {
    await run('dpkg-deb', ['-x', join(work, 'debs', deb), join(work, 'root')], { timeout: stepMs, ...(signal && { signal }) });
  }
}

/** Moves the folder with an atomic rename, so that no process sees half of it. When another process was faster, its folder is used. */
async function moveInPlace(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: unknown) => {
    if (!(await exists(to))) throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
