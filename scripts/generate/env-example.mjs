import { configSchemas } from './config-schemas.mjs';
import { setting } from './setting.mjs';

const heading = `# Every setting of every app, printed from apps/*/src/config.ts by "npm run generate"; change it there.
# An empty value counts as not given. A line that begins with "# NAME=" shows the default.
`;

/** `NAME → [{ app, ...setting }]`, in the order of the apps and of their schemas. */
const usesByName = async () => {
  const uses = new Map();
  for (const { app, schema } of await configSchemas()) {
    for (const [name, field] of Object.entries(schema.shape)) {
      uses.set(name, [...(uses.get(name) ?? []), { app, ...setting(field) }]);
    }
  }
  return uses;
};

const requirement = ({ required, fallback }) => {
  if (required) return 'Required.';
  return fallback ? `Default: ${fallback}.` : 'Optional.';
};

const sentence = (use) => [use.description, use.choices && `One of ${use.choices.join(', ')}.`, requirement(use)].filter(Boolean).join(' ');

/** Formats one comment for apps with the same setting, and one more for each that differs. */
const comments = (uses) => {
  const appsBySentence = groupBy(uses, sentence);
  return [...appsBySentence].map(([text, agreeing]) => `# ${uses.length > 1 ? `${agreeing.map(({ app }) => app).join(', ')}: ` : ''}${text}`);
};

/** `Map.groupBy` is not in Node 20. */
const groupBy = (items, keyOf) => {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

const entry = ([name, uses]) => {
  const line = uses.some(({ required }) => required) ? `${name}=` : `# ${name}=${uses[0].fallback ?? ''}`;
  return [...comments(uses), line].join('\n');
};

const group = (title, entries) => `# ── ${title} ──\n\n${entries.map(entry).join('\n\n')}\n`;

const print = async () => {
  const settings = [...(await usesByName())];
  const shared = settings.filter(([, uses]) => uses.length > 1);
  const own = groupBy(
    settings.filter(([, uses]) => uses.length === 1),
    ([, uses]) => uses[0].app,
  );
  return [heading, group('several apps', shared), ...[...own].map(([app, entries]) => group(app, entries))].join('\n');
};

export const envExample = { path: '.env.example', print };
