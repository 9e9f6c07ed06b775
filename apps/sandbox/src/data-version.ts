import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Version of the data in a sandbox's folder. Increment it when stored fields, values or indexes are renamed. */
export const dataVersion = 4;

/** Written into a data folder when it is made. Folders of version 1 have no such file. */
const versionFile = 'version';

/** Names in a data folder that show that a sandbox has used it. */
const dataNames = new Set(['mongodb', 'redis', 'secrets.json']);

/**
 * Makes the data folder, or checks that this version of the sandbox can read it.
 * Throws an error with the command for a new folder when another version made it. The folder is not changed then.
 */
export const openDataFolder = async (dataDir: string): Promise<void> => {
  const names = await readdir(dataDir).catch(ignoreMissing);
  const version = names?.includes(versionFile) ? Number(await readFile(join(dataDir, versionFile), 'utf8')) : names?.some((name) => dataNames.has(name)) ? 1 : undefined;
  if (version === dataVersion) return;
  if (version !== undefined) {
    throw new Error(
      `The data folder ${dataDir} was made by ${version < dataVersion ? 'an older' : 'another'} version of the sandbox, which stored its data under other names. ` +
        `Delete the folder and start with a new one: rm -r ${quoted(dataDir)} && npm start`,
    );
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(dataDir, versionFile), `${dataVersion}\n`, { mode: 0o600 });
};

const ignoreMissing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
};

/** Quotes a path for a shell where it needs quotes. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
