import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { WorkerWorld } from '../recovery/worker-world.js';
import { openWorkerWorld } from '../recovery/worker-world.js';

let world: WorkerWorld;
beforeEach(async () => {
  world = await openWorkerWorld('break-clock-ahead');
});
afterEach(() => world.close());

const minute = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// A minute passes between two sweeps: told by moving `updated_at` back by as much.
test.each([
  ['is right', -2 * minute],
  ['is an hour ahead', 60 * minute],
])('a saga whose jobs a hung worker holds gets a new job each minute, where the clock of the intake that accepted it %s', async (_, skew) => {
  const [sagaId] = (await world.accept()) as [string];
  const at = (ms: number) => world.change(sagaId, { $set: { updated_at: new Date(Date.now() + ms) } });
  await at(skew);
  await world.enqueueAll([sagaId]);
  let letGo = (): void => undefined;
  const hung = new Promise<void>((resolve) => (letGo = resolve));
  const unauthenticated = world.startWorker(async () => hung.then(() => ({ outcome: 'not-due' as const })), 2);
  const held = async () => (await world.jobsOf(sagaId)).length;
  try {
    await eventually(async () => (await held()) === 1);
    await pause(2_500);
    await world.sweep();
    await eventually(async () => (await world.jobsOf(sagaId)).filter(({ state }) => state === 'active').length === 2);
    world.startWorker(world.executions().answer);
    for (let passed = 1; passed <= 3; passed++) {
      await at(skew - passed * minute);
      await world.sweep();
      await pause(300);
    }
    expect({ phase: (await world.saga(sagaId)).phase, jobs: await held() }).toMatchObject({ phase: 'ended' });
  } finally {
    letGo();
    await unauthenticated.close(2_000);
  }
}, 30_000);
