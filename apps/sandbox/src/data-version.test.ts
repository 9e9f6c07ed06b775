import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dataVersion, openDataFolder } from './data-version.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-version-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a new folder gets the version, and is accepted at the next start', async () => {
  const dataDir = join(folder, 'new');
  await openDataFolder(dataDir);
  expect(await readFile(join(dataDir, 'version'), 'utf8')).toBe(`${dataVersion}\n`);
  await writeFile(join(dataDir, 'secrets.json'), '{}');
  await openDataFolder(dataDir);
});

test('a folder that no sandbox has used gets the version', async () => {
  await mkdir(join(folder, 'cluster'));
  await openDataFolder(folder);
  expect((await readdir(folder)).sort()).toEqual(['cluster', 'version']);
});

test('a folder with data and without a version is of an older version', async () => {
  await mkdir(join(folder, 'mongodb'));
  await expect(openDataFolder(folder)).rejects.toThrow(`The data folder ${folder} was made by an older version of the sandbox`);
  await expect(openDataFolder(folder)).rejects.toThrow(`rm -r ${folder} && npm start`);
  expect(await readdir(folder)).toEqual(['mongodb']);
});

test('a folder of a newer version is rejected and not changed', async () => {
  await writeFile(join(folder, 'version'), `${dataVersion + 1}\n`);
  await expect(openDataFolder(folder)).rejects.toThrow('was made by another version');
  expect(await readFile(join(folder, 'version'), 'utf8')).toBe(`${dataVersion + 1}\n`);
});

test('the command works for a folder whose name needs quotes', async () => {
  const dataDir = join(folder, "it's old");
  await mkdir(join(dataDir, 'redis'), { recursive: true });
  await expect(openDataFolder(dataDir)).rejects.toThrow(`rm -r '${folder}/it'\\''s old' && npm start`);
});
