/** Compiles as usual, with one mutant of the list in its place: named by MUTANT, its number. */
const { createTransformer } = require('@swc/jest');

const { MUTANT_FILE: file, MUTANT_FROM: from, MUTANT_TO: to } = process.env;

const spoiled = (source, path) => {
  if (!path.endsWith(`/${file}`)) return source;
  if (source.split(from).length !== 2) throw new Error(`${file} does not hold this exactly once: ${from}`);
  return source.replace(from, () => to);
};

module.exports = {
  createTransformer(options) {
    const inner = createTransformer(options);
    return {
      ...inner,
      process: (source, path, given) => inner.process(spoiled(source, path), path, given),
      getCacheKey: (source, path, given) => inner.getCacheKey(spoiled(source, path), path, given),
    };
  },
};
