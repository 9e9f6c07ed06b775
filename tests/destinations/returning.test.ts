import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { Answer } from '../../libs/destinations/src/testing/local-server.js';
import type { DestinationWorld } from './destination-world.js';
import { openDestinationWorld } from './destination-world.js';

/** Resets that wait for a destination when it comes back. Set RETURNING_SAGAS=10000 for the whole of it. */
const waiting = Number(process.env['RETURNING_SAGAS'] ?? 120);
const inFlight = 16;

jest.setTimeout(60_000 + 200 * waiting);

let world: DestinationWorld;
beforeAll(async () => {
  world = await openDestinationWorld({ DESTINATION_IN_FLIGHT: String(inFlight) });
});
afterAll(() => world.close());

const now = (code: number, headers: Record<string, string> = {}): Answer => (_request, response) => void response.writeHead(code, headers).end();

/** How many of the sagas stand like this. */
const count = (sagas: readonly string[], fields: object): Promise<number> =>
  world.store.connection.db!.collection<{ _id: string }>(collections.sagas).countDocuments({ _id: { $in: [...sagas] }, ...fields });

const allSynced = (sagas: readonly string[]) => eventually(async () => (await count(sagas, { phase: 'ended', status: 'synced' })) === sagas.length, 60_000 + 200 * waiting);

test.concurrent(`L3: when a destination comes back to ${waiting} waiting resets, it is never asked by more than ${inFlight} at once`, async () => {
  let down = true;
  let open = 0;
  let most = 0;
  const there = await world.destination((request, response) => {
    if (down) return now(503)(request, response);
    open += 1;
    most = Math.max(most, open);
    return void setTimeout(() => {
      open -= 1;
      now(200)(request, response);
    }, 20);
  });
  const sagas = await world.resets(there, waiting);
  await eventually(async () => (await count(sagas, { phase: { $in: ['waiting', 'retrying'] } })) === waiting, 60_000 + 200 * waiting);
  down = false;
  await allSynced(sagas);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(inFlight);
});

test.concurrent('L3: one that takes so many a second is not asked much more often than it takes', async () => {
  const perSecond = 30;
  let window = 0;
  let taken = 0;
  let rejected = 0;
  const there = await world.destination((request, response) => {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== window) [window, taken] = [second, 0];
    if (taken++ < perSecond) return now(200)(request, response);
    rejected += 1;
    return now(429, { 'retry-after': '1' })(request, response);
  });
  const sagas = await world.resets(there, waiting);
  await allSynced(sagas);
  expect(there.resets).toHaveLength(waiting + rejected);
  expect(rejected).toBeGreaterThan(0);
  expect(rejected).toBeLessThan(waiting / 2);
});
