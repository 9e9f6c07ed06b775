/** Compiles as usual, but applies the mutant of MUTANT_FILE, MUTANT_FROM and MUTANT_TO. */
const { createTransformer } = require('@swc/jest');

const { MUTANT_FILE: file, MUTANT_FROM: from, MUTANT_TO: to } = process.env;

const mutated = (source, path) => {
  if (!path.endsWith(`/${file}`)) return source;
  if (source.split(from).length !== 2) throw new Error(`${file} does not contain this exactly once: ${from}`);
  return source.replace(from, () => to);
};

module.exports = {
  createTransformer(options) {
    const inner = createTransformer(options);
    return {
      ...inner,
      process: (source, path, given) => inner.process(mutated(source, path), path, given),
      getCacheKey: (source, path, given) => inner.getCacheKey(mutated(source, path), path, given),
    };
  },
};
