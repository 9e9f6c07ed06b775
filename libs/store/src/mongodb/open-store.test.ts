import { expect, test } from '@jest/globals';
import { writeConcernFor } from './open-store.js';

test.each([
  ['a replica set', 'mongodb://one:27017/crossroads?replicaSet=rs0'],
  ['a replica set by its DNS name', 'mongodb+srv://cluster.internal/crossroads'],
  ['the routers of a sharded cluster', 'mongodb://app:p%2Css@router-1:27017,router-2:27017/crossroads'],
  ['a single router with w=majority in its URI', 'mongodb://routers:27017/crossroads?retryWrites=true&w=majority'],
])('%s acknowledges a write after a majority has it', (_, uri) => {
  expect(writeConcernFor(uri)).toBe('majority');
});

test.each([
  ['a lone server', 'mongodb://localhost:27017/crossroads'],
  ['the embedded engine', 'mongodb://%2Ftmp%2Fmongodb.sock/crossroads?journal=true&directConnection=true'],
  ['a lone server whose password has a comma', 'mongodb://app:one,two@localhost/crossroads'],
])('%s acknowledges a write after its own journal has it', (_, uri) => {
  expect(writeConcernFor(uri)).toBe(1);
});
