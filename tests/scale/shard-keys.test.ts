import { expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { modelsOf } from '../../libs/store/src/mongodb/models.js';
import { sharded } from './sharded.js';

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
