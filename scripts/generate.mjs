/**
 * Writes every generated file into the current folder.
 * With --check it writes nothing, prints each file that differs and exits with code 1.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generators } from './generate/generators.mjs';

const check = process.argv.includes('--check');
const differing = [];

const present = (path) =>
  readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

for (const { path, print } of generators) {
  const printed = await print();
  if ((await present(path)) === printed) continue;
  differing.push(path);
  if (check) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, printed);
  console.log(`printed ${path}`);
}

if (check && differing.length > 0) {
  for (const path of differing) console.error(`${path} differs from what the code generates.`);
  console.error('To fix it: npm run generate');
  process.exitCode = 1;
}
