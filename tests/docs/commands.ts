/**
 * The commands of a page's block, one a line: comments are left out, and what goes on behind a backslash is one.
 */
export const commandsIn = (block: string): string[] =>
  block
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');

/** Pages whose every block a test of their own runs; what is for a cluster, of which there is none here, it holds to the manifests. */
export const ranWhole: Readonly<Record<string, string>> = {
  'libs/client/README.md': 'tests/client/docs.test.ts',
  'docs/integrating.md': 'tests/client/docs.test.ts',
  'docs/deploying.md': 'tests/deploy/deploying.test.ts',
};

/** Blocks that a test finds in their page by a word, and runs. */
export const ranBlocks: readonly { page: string; with: RegExp; by: string }[] = [{ page: 'docs/scaling.md', with: /\b7000\b/, by: 'tests/scale/documented.test.ts' }];

/** Blocks that speak to a running sandbox and have no hole to fill in: `tests/sandbox/sandbox.test.ts` runs them as they stand. */
export const speaksToSandbox = (block: string): boolean => /\.data\/sandbox\.json|(localhost|127\.0\.0\.1):808[01]/.test(block) && !/[A-Z]+-ID|…/.test(block);
