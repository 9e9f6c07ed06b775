import { readFile } from 'node:fs/promises';

const source = 'libs/contract/src/retry-after.ts';

/** Copies the reader of Retry-After into the client. The client reads the header like the server, and needs no other package of this repository. */
export const clientRetryAfter = {
  path: 'libs/client/src/http/retry-after.ts',
  print: async () => `/** Reader of Retry-After. Copied from ${source} by \`npm run generate\`. */\n\n${await readFile(new URL(`../../${source}`, import.meta.url), 'utf8')}`,
};
