import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { modelsOf } from '../../libs/store/src/models/models.js';

/** Collection and shard key of each `sh.shardCollection` in docs/scaling.md. */
const sharded = async (): Promise<Map<string, Record<string, 1 | 'hashed'>>> => {
  const commands = (await readFile('docs/scaling.md', 'utf8')).matchAll(/sh\.shardCollection\('crossroads\.(?<collection>\w+)', \{ (?<key>[^}]+) \}\)/g);
  const keyOf = (text: string) => Object.fromEntries(text.split(', ').map((part) => part.split(': ').map((word) => word.replaceAll("'", '')))) as Record<string, 'hashed'>;
  return new Map([...commands].map(({ groups }) => [groups!['collection']!, keyOf(groups!['key']!)]));
};

test('every unique index of a sharded collection begins with its shard key, as MongoDB demands', async () => {
  const keys = await sharded();
  expect([...keys.keys()].sort()).toEqual(['crossroads_logs', 'orders', 'sagas']);
  const connection = mongoose.createConnection();
  for (const model of modelsOf(connection)) {
    const key = keys.get(model.collection.name);
    if (!key) continue;
    for (const [fields, options] of model.schema.indexes()) {
      if (!options.unique) continue;
      expect({ index: options.name, hashed: Object.values(key).includes('hashed') }).toEqual({ index: options.name, hashed: false });
      expect(Object.keys(fields).slice(0, Object.keys(key).length)).toEqual(Object.keys(key));
    }
  }
  await connection.close();
});
