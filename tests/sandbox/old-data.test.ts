import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('the sandbox rejects the data folder of an older version in one sentence, and changes nothing', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-old-data-'));
  await writeFile(join(dataDir, 'secrets.json'), '{}');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['apps/sandbox/dist/main.js'], { encoding: 'utf8', env: { ...process.env, SANDBOX_DATA: dataDir }, timeout: 30_000 });
  const files = await readdir(dataDir);
  await rm(dataDir, { recursive: true });
  expect(stderr).toBe(
    `The data folder ${dataDir} was made by an older version of the sandbox, which stored its data under other names. ` +
      `Delete the folder and start with a new one: rm -r ${dataDir} && npm start\n`,
  );
  expect([status, stdout, files]).toEqual([1, '', ['secrets.json']]);
});
