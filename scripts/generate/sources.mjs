import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const top = new URL('../../', import.meta.url);

/** Returns the production code as text by path, without tests, test kit and sandbox. */
export const sources = (...folders) =>
  folders.flatMap((folder) =>
    readdirSync(new URL(folder, top), { recursive: true })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\/src\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\/|\/dist\/|\/node_modules\/|^libs\/testkit\/|^apps\/sandbox\//.test(path))
      .toSorted()
      .map((path) => ({ path, text: readFileSync(fileURLToPath(new URL(path, top)), 'utf8') })),
  );
