import type { Connection } from 'mongoose';
import { modelsOf } from './models.js';
import { withStoreErrors } from './store-errors.js';

/** Creates every collection and index. Run before the apps start: during traffic, duplicates could arrive before a unique index is built. */
export const makeIndexes = async (connection: Connection): Promise<void> => {
  for (const model of modelsOf(connection)) {
    await model.createCollection();
    await model.createIndexes();
  }
};

/** A unique index is missing. */
export class MissingIndex extends Error {
  override readonly name = 'MissingIndex';
}

/** Throws MissingIndex when a unique index is missing. Without it, two requests with one key could both be accepted. */
export const checkIndexes = async (connection: Connection): Promise<void> => {
  for (const model of modelsOf(connection)) {
    const wanted = model.schema.indexes().filter(([, options]) => options.unique);
    const present = new Set((await withStoreErrors(() => model.collection.indexes().catch(noneIfAbsent))).map(({ name }) => name));
    for (const [, { name }] of wanted) {
      if (!present.has(name)) {
        throw new MissingIndex(`Index ${name} of ${model.collection.name} is missing. Run "npm run indexes" against this database first.`);
      }
    }
  }
};

/** Returns no indexes for a collection that does not exist. */
const noneIfAbsent = (error: { code?: number }): { name?: string }[] => {
  if (error.code === 26) return [];
  throw error;
};
