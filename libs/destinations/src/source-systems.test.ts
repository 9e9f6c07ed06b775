import { expect, test } from '@jest/globals';
import { adapters, sourceSystems } from './create-destinations.js';

test('the names for commands are those of the adapters', () => {
  const tools = { send: () => Promise.reject(new Error('unused')), now: () => new Date(), totalMs: 1_000 };
  expect([...sourceSystems].sort()).toEqual(
    adapters(tools)
      .map(({ sourceSystem }) => sourceSystem)
      .sort(),
  );
});
