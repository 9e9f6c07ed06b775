/**
 * Prints, into the folder it is run in, every file that is printed from the code.
 * With --check it writes nothing and fails, naming each file that differs from what the code prints.
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
  for (const path of differing) console.error(`${path} is not what the code prints.`);
  console.error('To mend it: npm run generate');
  process.exitCode = 1;
}
