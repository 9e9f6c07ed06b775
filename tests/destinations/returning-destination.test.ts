import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { DestinationHarness } from './destination-harness.js';
import { openDestinationHarness } from './destination-harness.js';
import { status } from './replies.js';

/** Resets that wait when the destination recovers. Set RETURNING_SAGAS=10000 for a full-size run. */
const waiting = Number(process.env['RETURNING_SAGAS'] ?? 120);
const inFlight = 16;

jest.setTimeout(60_000 + 200 * waiting);

let harness: DestinationHarness;
beforeAll(async () => {
  harness = await openDestinationHarness({ DESTINATION_IN_FLIGHT: String(inFlight) });
});
afterAll(() => harness.close());

/** Returns how many of the sagas have these fields. */
const count = (sagas: readonly string[], fields: object): Promise<number> =>
  harness.store.connection.db!.collection<{ _id: string }>(collections.sagas).countDocuments({ _id: { $in: [...sagas] }, ...fields });

const allSynced = (sagas: readonly string[]) => eventually(async () => (await count(sagas, { phase: 'ended', status: 'synced' })) === sagas.length, 60_000 + 200 * waiting);

test.concurrent(`L3: a destination that recovers with ${waiting} waiting resets receives at most ${inFlight} concurrent requests`, async () => {
  let down = true;
  let open = 0;
  let highest = 0;
  const destination = await harness.destination((request, response) => {
    if (down) return status(503)(request, response);
    open += 1;
    highest = Math.max(highest, open);
    return void setTimeout(() => {
      open -= 1;
      status(200)(request, response);
    }, 20);
  });
  const sagas = await harness.resets(destination, waiting);
  await eventually(async () => (await count(sagas, { phase: { $in: ['waiting', 'retrying'] } })) === waiting, 60_000 + 200 * waiting);
  down = false;
  await allSynced(sagas);
  expect(highest).toBeGreaterThan(1);
  expect(highest).toBeLessThanOrEqual(inFlight);
});

test.concurrent('L3: a destination with a rate limit rejects fewer than half as many requests as it accepts', async () => {
  const allowance = 30;
  let accepted = 0;
  let rejected = 0;
  let rejectsUntil: number | undefined;
  // Each allowance is used up, however slowly the worker sends. The next one starts a second after the first rejection.
  const destination = await harness.destination((request, response) => {
    if (rejectsUntil !== undefined && Date.now() >= rejectsUntil) [rejectsUntil, accepted] = [undefined, 0];
    if (accepted++ < allowance) return status(200)(request, response);
    rejectsUntil ??= Date.now() + 1_000;
    rejected += 1;
    return status(429, { 'retry-after': '1' })(request, response);
  });
  const sagas = await harness.resets(destination, waiting);
  await allSynced(sagas);
  expect(destination.resets).toHaveLength(waiting + rejected);
  expect(rejected).toBeGreaterThan(0);
  expect(rejected).toBeLessThan(waiting / 2);
});
