import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuthenticator, createTokens } from '@crossroads/platform';
import { directoryRepository } from '@crossroads/store';
import { intakeWorld } from './world.js';
import type { IntakeWorld } from './world.js';

/** How long a revoked credential may still be let in, as promised. */
const promisedMs = 60_000;

let world: IntakeWorld;
let time = Date.now();
beforeAll(async () => (world = await intakeWorld('revocation')));
afterAll(() => world.close());

/** Two intakes, as far as credentials go: each remembers what it has looked up by itself. */
const intakes = () => Array.from({ length: 2 }, () => createAuthenticator(directoryRepository(world.store), createTokens('x'.repeat(40)), () => time));
const revoke = (collection: string, id: string) => world.store.connection.db!.collection<{ _id: string }>(collection).updateOne({ _id: id }, { $set: { revoked_at: new Date() } });

test.each([
  ['a key', async () => ['X-API-Key', world.keys.Alpha], () => revoke('keys', world.keys.Alpha.split('_')[1]!)],
  ['a token of a client', async () => ['Authorization', `Bearer ${await intakes()[0]!.logIn(world.client.id, world.client.secret)}`], () => revoke('clients', world.client.id)],
] as const)('%s that is revoked is let in by nobody within a minute, however busy it is kept', async (_, headersOf, revoked) => {
  const headers = await headersOf();
  const all = intakes();
  const letIn = () => Promise.all(all.map((intake) => intake.authenticate(headers).then(() => true, () => false)));
  expect(await letIn()).toEqual([true, true]);
  await revoked();
  const at = time;
  let lastLetIn = at;
  for (; time < at + 2 * promisedMs; time += 1_000) if ((await letIn()).includes(true)) lastLetIn = time;
  expect(lastLetIn - at).toBeLessThan(promisedMs);
  expect(await letIn()).toEqual([false, false]);
});
