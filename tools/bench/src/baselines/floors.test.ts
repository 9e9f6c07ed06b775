import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import type { LocalServer } from '@crossroads/testkit';
import { eventually, startLocalServer } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { Companies, Company } from '../harness/sample-data.js';
import { benchQueue, connectRedis } from '../harness/stores.js';
import type { Baseline } from './baseline.js';
import { floorCollection, putFloorResets } from './floor.js';
import { minimum } from './minimum.js';
import { plainJob } from './plain-job.js';

const resets = 20;

const company: Company = { tenantId: 'tenant', tenantName: 'Tenant', instanceId: 'instance', instanceName: 'Instance', apiKey: '' };
const companies: Companies = { all: [company], pair: () => ({ caller: company, counterparty: company }) };

let store: Store;
let destination: LocalServer;
const commands: string[] = [];

beforeAll(async () => {
  store = openStore({ uri: `${ownDatabase('floors')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  store.connection.getClient().on('commandStarted', ({ commandName, command }) => commands.push(`${commandName} ${command[commandName]}`));
  destination = await startLocalServer((_request, response) => response.end('{"status":"ok"}'));
});

beforeEach(() => {
  commands.length = 0;
  destination.received.length = 0;
});

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
  await destination.close();
});

/** Runs a floor over new resets until each is completed. Returns the commands that it sent, by their number. */
const run = async (floor: Baseline, enqueue: (ids: string[]) => Promise<() => Promise<void>>) => {
  await Promise.all((['orders', 'resets', 'entries'] as const).map((name) => floorCollection(store, name).deleteMany({})));
  const ids = await putFloorResets(store, companies, 0, resets);
  commands.length = 0;
  let completed = 0;
  const running = await floor({ store, redisUrl: testRedisUrl(), destination: destination.url, templates: [], sagaIds: ids, inFlight: 10, started: Promise.resolve(), completed: () => void completed++ });
  const close = await enqueue(ids);
  await eventually(() => completed === resets);
  await running.stop();
  await close();
  const sent: Record<string, number> = {};
  for (const command of commands) sent[command] = (sent[command] ?? 0) + 1;
  return { ids, sent };
};

const byQueue = async (ids: string[]) => {
  const connection = connectRedis(testRedisUrl());
  const queue = benchQueue('plain', connection);
  await queue.addBulk(ids.map((sagaId) => ({ name: 'step', data: { at: 0, run: { sagaId } } })));
  return async () => {
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
  };
};

const alone = () => Promise.resolve(() => Promise.resolve());

const floors = [
  ['minimum', minimum, alone],
  ['plain job', plainJob, byQueue],
] as const;

describe.each(floors)('the floor %s', (name, floor, enqueue) => {
  test('stores five documents of 1 kB per reset, clears each order and sets its status', async () => {
    const { ids } = await run(floor, enqueue);
    const entries = await floorCollection(store, 'entries').find().toArray();
    expect(ids.map((id) => entries.filter(({ reset }) => reset === id).length)).toEqual(ids.map(() => 5));
    expect(new Set(entries.map((entry) => mongoose.mongo.BSON.calculateObjectSize(entry)))).toEqual(new Set([1_024]));
    const orders = await floorCollection(store, 'orders').find().toArray();
    expect(orders.map(({ _id, bols, executed_drops, progression_state }) => ({ _id, bols, executed_drops, progression_state }))).toEqual(ids.map((_id) => ({ _id, bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' })));
    expect(await floorCollection(store, 'resets').find().toArray()).toEqual(ids.map((_id) => ({ _id, status: 'synced' })));
  });

  test('sends each reset to the destination once', async () => {
    const { ids } = await run(floor, enqueue);
    expect(destination.received.map(({ body }) => (JSON.parse(body) as { id: string }).id).toSorted()).toEqual(ids.toSorted());
  });

  test(name === 'minimum' ? 'groups the reads and writes of concurrent resets' : 'sends one command for each read and write', async () => {
    const { sent } = await run(floor, enqueue);
    const single = { 'find floor_orders': resets, 'insert floor_entries': 5 * resets, 'update floor_orders': 2 * resets, 'update floor_resets': resets };
    expect(Object.keys(sent).toSorted()).toEqual(Object.keys(single).toSorted());
    if (name === 'plain job') expect(sent).toEqual(single);
    else for (const [command, count] of Object.entries(single)) expect([command, sent[command]! < count]).toEqual([command, true]);
  });
});
