import { expect, test } from '@jest/globals';
import { acknowledgedBy } from './acknowledged-by.js';

test.each([
  ['a replica set', 'mongodb://one:27017/crossroads?replicaSet=rs0'],
  ['a replica set by its DNS name', 'mongodb+srv://cluster.internal/crossroads'],
  ['the routers of a sharded cluster', 'mongodb://app:p%2Css@router-1:27017,router-2:27017/crossroads'],
  ['a lone router that is asked for it', 'mongodb://routers:27017/crossroads?retryWrites=true&w=majority'],
])('%s acknowledges by a majority', (_, uri) => {
  expect(acknowledgedBy(uri)).toBe('majority');
});

test.each([
  ['a lone server', 'mongodb://localhost:27017/crossroads'],
  ['the embedded engine', 'mongodb://%2Ftmp%2Fmongodb.sock/crossroads?journal=true&directConnection=true'],
  ['a lone server whose password has a comma', 'mongodb://app:one,two@localhost/crossroads'],
])('%s acknowledges by its journal', (_, uri) => {
  expect(acknowledgedBy(uri)).toBe(1);
});
