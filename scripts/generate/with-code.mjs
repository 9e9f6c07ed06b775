import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** A fence under `<!-- cut from PATH -->`, whatever stands in it. */
const cut = /^<!-- cut from (\S+) -->\n```(\w+)\n[\s\S]*?^```$/gm;

/** A page written by hand whose code is cut from files that are compiled and run by tests. */
export const withCode = (path) => ({
  path,
  print: () => read(path).replaceAll(cut, (_, source, language) => `<!-- cut from ${source} -->\n\`\`\`${language}\n${read(source)}\`\`\``),
});
