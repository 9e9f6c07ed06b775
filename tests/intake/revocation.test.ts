import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuthenticator, createTokens } from '@crossroads/platform';
import { directoryRepository } from '@crossroads/store';
import { createIntakeFixture } from './intake-fixture.js';
import type { IntakeFixture } from './intake-fixture.js';

/** Maximum milliseconds until every intake rejects revoked credentials. */
const maxDelayMs = 60_000;

let fixture: IntakeFixture;
let time = Date.now();
beforeAll(async () => (fixture = await createIntakeFixture('revocation')));
afterAll(() => fixture.close());

/** The authenticators of two intakes, each with its own cache. */
const intakes = () => Array.from({ length: 2 }, () => createAuthenticator(directoryRepository(fixture.store), createTokens('x'.repeat(40)), () => time));
const revoke = (collection: string, id: string) => fixture.store.connection.db!.collection<{ _id: string }>(collection).updateOne({ _id: id }, { $set: { revoked_at: new Date() } });

test.each([
  ['a key', async () => ['X-API-Key', fixture.keys.Alpha], () => revoke('keys', fixture.keys.Alpha.split('_')[1]!)],
  ['a token of a client', async () => ['Authorization', `Bearer ${(await intakes()[0]!.logIn(fixture.client.id, fixture.client.secret)).token}`], () => revoke('clients', fixture.client.id)],
] as const)('%s that is revoked is rejected by every intake within a minute, even under constant use', async (_, headersOf, revoked) => {
  const headers = await headersOf();
  const all = intakes();
  const isAccepted = () => Promise.all(all.map((intake) => intake.authenticate(headers).then(() => true, () => false)));
  expect(await isAccepted()).toEqual([true, true]);
  await revoked();
  const at = time;
  let lastAccepted = at;
  for (; time < at + 2 * maxDelayMs; time += 1_000) if ((await isAccepted()).includes(true)) lastAccepted = time;
  expect(lastAccepted - at).toBeLessThan(maxDelayMs);
  expect(await isAccepted()).toEqual([false, false]);
});
