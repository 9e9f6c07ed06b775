import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '@crossroads/testkit/mongodb-proxy';
import { openMongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import type { ClaimLog } from '../../tools/chaos/src/claim-log.js';
import { recordClaims } from '../../tools/chaos/src/claim-log.js';
import { crashFolderVariable, openCrashFolder, readHits, writeInstructions } from '../../tools/chaos/src/crash-instruction.js';
import { crashPoints, undoPoints } from '../../tools/chaos/src/crash-points.js';
import { latePoints } from '../../tools/chaos/src/faults/replica-set.js';
import { zombiePoints } from '../../tools/chaos/src/faults/zombies.js';
import { acceptance, writes } from '../../tools/chaos/src/writes.js';
import type { Fleet } from '../scale/fleet.js';
import { untilIdle, startFleet } from '../scale/fleet.js';
import { started } from '../scale/started.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';

/** Orders that are reset. The destination rejects one reset in twenty, and a rejection must be among them. */
const orders = 300;

const points = [...new Set([...crashPoints.map(({ point }) => point), ...undoPoints.map(({ point }) => point), ...zombiePoints, ...Object.values(latePoints)])];

const running = started();
let operations: Operation[];
let reached: Set<string>;
let claims: ClaimLog;
let sagaIds: string[];

/** Submits resets, 20 at a time, until one was rejected and all have finished. */
const runResets = async (fleet: Fleet): Promise<void> => {
  for (let submitted = 0; submitted < orders; submitted += 20) {
    await fleet.ask(20);
    await untilIdle(fleet, 60_000);
    if ((await fleet.store.connection.db!.collection('sagas').countDocuments({ status: 'rejected' })) > 0) return;
  }
};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'));
  running.keep({ stop: () => rm(folder, { recursive: true, force: true }) });
  openCrashFolder(folder);
  writeInstructions(folder, points.map((point, index) => ({ id: `seen-${index}`, point, act: 'record' as const, times: 1 })));
  const proxy = await openMongodbProxy({ target: ownDatabase('faults'), replicaSet: 'rs' });
  running.keep({ stop: () => proxy.close() });
  proxy.record();
  claims = recordClaims(proxy);
  const env = { [crashFolderVariable]: folder, NODE_OPTIONS: '--import ./tools/chaos/dist/crash-preload.js' };
  const fleet = running.keep(await startFleet({ mongodbUri: `${proxy.uri()}&appName=worker-1`, redisUrls: [testRedisUrl()], intakes: 1, workers: 1, orders, env }));
  await runResets(fleet);
  sagaIds = (await fleet.store.connection.db!.collection('sagas').distinct('_id')).map(String);
  operations = proxy.commands().flatMap(({ isWrite, operations }) => (isWrite ? operations : []));
  reached = new Set(readHits(folder).map(({ point }) => point));
}, 240_000);

afterAll(() => running.stopAll(), 60_000);

describe('a fault of the campaign', () => {
  test.each(Object.entries({ ...writes, acceptance }))('matches the write it is for: %s', (_, match) => {
    expect(operations.filter(match).length).toBeGreaterThan(0);
  });

  test.each(points)('names a failpoint that a saga reaches: %s', (point) => {
    expect([...reached]).toContain(point);
  });
});

test('the claim log has the worker and the release of each claim', () => {
  const done = sagaIds.map((sagaId) => `${sagaId} 1 worker-1`);
  expect(claims.claims.map(({ sagaId, epoch, worker }) => `${sagaId} ${epoch} ${worker}`)).toEqual(expect.arrayContaining(done));
  expect(claims.releases.map(({ sagaId }) => sagaId)).toEqual(expect.arrayContaining(sagaIds));
});
