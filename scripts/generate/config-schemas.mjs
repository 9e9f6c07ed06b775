import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Config schemas in the order of the docs; the sandbox last, because it is not deployed. */
const apps = ['intake', 'worker', 'ops', 'sandbox'];

const isSchema = (exported) => exported?._zod?.def?.type === 'object';

const schemaOf = async (app) => {
  const compiled = `apps/${app}/dist/config.js`;
  const url = new URL(`../../${compiled}`, import.meta.url);
  if (!existsSync(fileURLToPath(url))) throw new Error(`${compiled} does not exist. Run "npm run build" first.`);
  const schemas = Object.values(await import(url.href)).filter(isSchema);
  if (schemas.length !== 1) throw new Error(`${compiled} exports ${schemas.length} config schemas instead of one.`);
  return schemas[0];
};

/** The config schema of every app, as compiled: `[{ app, schema }]`. */
export const configSchemas = () => Promise.all(apps.map(async (app) => ({ app, schema: await schemaOf(app) })));
