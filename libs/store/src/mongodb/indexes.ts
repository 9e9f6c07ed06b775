import type { Connection } from 'mongoose';
import { modelsOf } from './models.js';
import { withStoreErrors } from './store-errors.js';

/** Makes every collection and index. A step of its own, run before the apps: an index built beside traffic lets duplicates in first. */
export const makeIndexes = async (connection: Connection): Promise<void> => {
  for (const model of modelsOf(connection)) {
    await model.createCollection();
    await model.createIndexes();
  }
};

/** Throws when a unique index is missing: without it two requests could both believe they were first. */
export const checkIndexes = async (connection: Connection): Promise<void> => {
  for (const model of modelsOf(connection)) {
    const wanted = model.schema.indexes().filter(([, options]) => options.unique);
    const present = new Set((await withStoreErrors(() => model.collection.indexes().catch(orNone))).map(({ name }) => name));
    for (const [, { name }] of wanted) {
      if (!present.has(name)) {
        throw new Error(`Index ${name} of ${model.collection.name} is missing. Run "npm run indexes" against this database first.`);
      }
    }
  }
};

/** A collection that does not exist has no indexes. */
const orNone = (error: { code?: number }): { name?: string }[] => {
  if (error.code === 26) return [];
  throw error;
};
