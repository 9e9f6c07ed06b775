/** Returns the commands of a code block, without comments. Lines that end in a backslash are joined. */
export const commandsIn = (block: string): string[] =>
  block
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');

/** Pages whose blocks are all run by one test. Commands for a Kubernetes cluster are compared with the manifests instead. */
export const ranWhole: Readonly<Record<string, string>> = {
  'libs/client/README.md': 'tests/client/docs.test.ts',
  'docs/integrating.md': 'tests/client/docs.test.ts',
  'docs/deploying.md': 'tests/deploy/deploying.test.ts',
};

/** Blocks that a test finds in their page by a pattern, and runs. */
export const ranBlocks: readonly { page: string; with: RegExp; by: string }[] = [{ page: 'docs/scaling.md', with: /\b7000\b/, by: 'tests/scale/documented.test.ts' }];

/** Returns whether a block sends requests to a sandbox and has no placeholders. `tests/sandbox/sandbox.test.ts` runs these blocks. */
export const callsSandbox = (block: string): boolean => /\.data\/sandbox\.json|(localhost|127\.0\.0\.1):808[01]/.test(block) && !/[A-Z]+-ID|…/.test(block);
