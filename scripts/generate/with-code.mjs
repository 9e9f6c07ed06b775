import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** Matches a code block under `<!-- cut from PATH -->`. */
const cut = /^<!-- cut from (\S+) -->\n```(\w+)\n[\s\S]*?^```$/gm;

/** Generates a handwritten page whose code blocks are copied from files that tests compile and run. */
export const withCode = (path) => ({
  path,
  print: () => read(path).replaceAll(cut, (_, source, language) => `<!-- cut from ${source} -->\n\`\`\`${language}\n${read(source)}\`\`\``),
});
