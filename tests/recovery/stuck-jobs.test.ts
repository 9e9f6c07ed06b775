import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { WorkerWorld } from './worker-world.js';
import { openWorkerWorld } from './worker-world.js';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld('stuck-jobs');
});
afterEach(() => world.close());

const ends = (sagaId: string) => eventually(async () => (await world.saga(sagaId)).phase === 'ended');
const settles = (sagaId: string, state: string) => eventually(async () => (await world.jobsOf(sagaId)).some((job) => job.state === state));

describe('a saga that is due goes on after a sweep', () => {
  test('though its job has failed and keeps the id', async () => {
    const [sagaId] = (await world.accept()) as [string];
    await world.enqueueAll([sagaId]);
    const failing = world.startWorker(async () => ({ outcome: 'stopped', status: 'error' }));
    await settles(sagaId, 'failed');
    await failing.close(5_000);
    world.startWorker(world.executions().answer);
    await world.sweep();
    await ends(sagaId);
  });

  test('though a stranger has completed its job and done nothing', async () => {
    const [sagaId] = (await world.accept()) as [string];
    await world.enqueueAll([sagaId]);
    const unauthenticated = world.startWorker(async () => ({ outcome: 'not-due' as const }));
    await settles(sagaId, 'completed');
    await world.sweep();
    await settles(sagaId, 'completed');
    await unauthenticated.close(5_000);
    world.startWorker(world.executions().answer);
    await world.sweep();
    await ends(sagaId);
  });

  test('though its job is delayed far ahead, or is in no list at all', async () => {
    const [delayed, astray] = (await world.accept(2)) as [string, string];
    await world.enqueueAll([delayed, astray]);
    const late = world.startWorker(async () => ({ outcome: 'retry', delayMs: 3_600_000 }));
    await settles(delayed, 'delayed');
    await settles(astray, 'delayed');
    await late.close(5_000);
    const client = (await (world.bullmqQueue.getBackend() as unknown as { client: Promise<{ zrem(key: string, id: string): Promise<number> }> }).client);
    expect(await client.zrem(world.bullmqQueue.toKey('delayed'), `saga-${astray}-e0`)).toBe(1);
    world.startWorker(world.executions().answer);
    await world.sweep();
    await Promise.all([ends(delayed), ends(astray)]);
  });

  test('though a worker holds its job and does not move it', async () => {
    const [sagaId] = (await world.accept()) as [string];
    await world.enqueueAll([sagaId]);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    world.startWorker(async () => held.then(() => ({ outcome: 'not-due' as const })), 1);
    await settles(sagaId, 'active');
    world.startWorker(world.executions().answer);
    // Only once it has been held for a while: a worker that has just taken a job is about to claim.
    await eventually(async () => {
      await world.sweep();
      return (await world.saga(sagaId)).phase === 'ended';
    }).finally(() => letGo());
  });
});

test('an error that no list names ends no job: the saga goes on when it is over', async () => {
  const [sagaId] = (await world.accept()) as [string];
  let failures = 0;
  const { answer } = world.executions({
    wrap: (sagas) => ({
      ...sagas,
      claim: async (id) => {
        // More than BullMQ's attempts ever were.
        if (failures++ < 8) throw Object.assign(new Error('unable to authenticate'), { code: 18 });
        return sagas.claim(id);
      },
    }),
  });
  await world.enqueueAll([sagaId]);
  world.startWorker(answer);
  await eventually(async () => {
    const job = await world.bullmqQueue.getJob(`saga-${sagaId}-e0`);
    if ((await job?.getState()) === 'delayed') await job!.promote();
    expect(await job?.getState()).not.toBe('failed');
    return (await world.saga(sagaId)).phase === 'ended';
  });
  expect(failures).toBe(9);
  expect(world.lines.filter(({ saga_id, error }) => saga_id === sagaId && error !== undefined)).toHaveLength(8);
});

test('a backlog of 2,000 jobs that wait is not doubled, whatever the order they are served in', async () => {
  const sagas = await world.accept(2_000);
  await world.enqueueAll(sagas);
  for (let turn = 0; turn < 3; turn++) await world.sweep();
  await world.recover();
  expect(await world.queue.count()).toBe(2_000);
  expect(world.reenqueued()).toBe(0);
});

test('a job that has no saga_id is completed and reported', async () => {
  const job = await world.bullmqQueue.add('sample', { saga_id: undefined, correlation_id: 'c' } as never, { jobId: 'saga-nothing-e0' });
  world.startWorker(world.executions().answer);
  await eventually(async () => (await job.getState()) === 'completed');
  expect(world.lines).toEqual([expect.objectContaining({ error: expect.objectContaining({ message: expect.stringContaining('has no saga_id') }) })]);
});
