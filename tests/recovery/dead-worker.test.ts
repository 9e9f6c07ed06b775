import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sagaRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { WorkerWorld } from './worker-world.js';
import { openWorkerWorld, types } from './worker-world.js';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld('dead-worker');
});
afterEach(() => world.close());

/** Which saga a worker takes next. */
const nextTaken = async (): Promise<string> => {
  const taken: string[] = [];
  world.startWorker(async (sagaId) => {
    taken.push(sagaId);
    return { outcome: 'not-due' as const };
  }, 1);
  await eventually(() => taken.length > 0);
  return taken[0]!;
};

describe('what a dead worker left goes before all that waits', () => {
  test('a saga it had claimed, as soon as its lease is over', async () => {
    const [sagaId] = (await world.accept()) as [string];
    expect(await sagaRepository(world.store, types).claim(sagaId)).toMatchObject({ epoch: 1 });
    const backlog = await world.accept(300);
    await world.enqueueAll(backlog);
    await eventually(async () => {
      await world.recover();
      return (await world.jobsOf(sagaId)).length > 0;
    });
    await world.recover();
    expect(await world.queue.count()).toBe(301);
    expect(await nextTaken()).toBe(sagaId);
  });

  test('a saga whose job it had taken and which it had not claimed, before the job’s lock is over', async () => {
    const [sagaId] = (await world.accept()) as [string];
    await world.enqueueAll([sagaId]);
    let letGo = (): void => undefined;
    const dead = new Promise<void>((resolve) => (letGo = resolve));
    world.startWorker(async () => dead.then(() => ({ outcome: 'not-due' as const })), 1);
    await eventually(async () => (await world.jobsOf(sagaId))[0]?.state === 'active');
    const backlog = await world.accept(300);
    await world.enqueueAll(backlog);
    await eventually(async () => {
      await world.recover();
      return (await world.jobsOf(sagaId)).length === 2;
    });
    expect((await world.jobsOf(sagaId)).map(({ state }) => state).sort()).toEqual(['active', 'waiting']);
    expect(await nextTaken()).toBe(sagaId);
    letGo();
  });
});

test('a saga that rested and was missed is enqueued where few jobs wait, and left to its own job in a backlog', async () => {
  const rested = async (): Promise<string> => {
    const [sagaId] = (await world.accept()) as [string];
    await world.change(sagaId, { $set: { epoch: 2, settled_epoch: 2, phase: 'retrying', next_run_at: new Date(Date.now() - 3_000) } });
    return sagaId;
  };
  await world.enqueueAll(await world.accept(150));
  const inBacklog = await rested();
  await world.recover();
  expect(await world.jobsOf(inBacklog)).toEqual([]);
  await world.bullmqQueue.drain();
  await world.recover();
  expect(await world.jobsOf(inBacklog)).toHaveLength(1);
});
