import { afterAll, expect, test } from '@jest/globals';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openSagaQueue, openQueue, startSagaWorker } from '@crossroads/saga-bullmq';
import { readConfig, settings } from '@crossroads/platform';
import { eventually } from '@crossroads/testkit';
import { z } from 'zod';
import { testRedisUrl } from '../stores/own-database.js';

const queueNames = ['north', 'south'].map((which) => ({ name: 'sagas', prefix: `queue-name-${which}-${process.pid}` }));
const opened: SagaQueue[] = queueNames.map((queueName) => openSagaQueue(testRedisUrl(), () => undefined, queueName));
const queues = queueNames.map((queueName) => openQueue(testRedisUrl(), () => undefined, queueName));

afterAll(async () => {
  for (const bullmqQueue of queues) {
    await bullmqQueue.obliterate({ force: true });
    await closeQueue(bullmqQueue);
  }
  for (const queue of opened) await queue.close();
});

test('installations with different prefixes do not process jobs of each other, and the keys of each have one hash tag', async () => {
  const [north, south] = opened as [SagaQueue, SagaQueue];
  await eventually(async () => (await north.count()) >= 0 && (await south.count()) >= 0);
  const enqueue = { correlationId: 'c', type: 'sample', tenantId: 't', epoch: 0 };
  await north.enqueue({ sagaId: 'of-north', ...enqueue });
  await south.enqueue({ sagaId: 'of-south', ...enqueue });
  const processed: string[] = [];
  const process = async (sagaId: string) => {
    processed.push(sagaId);
    return { outcome: 'not-due' as const };
  };
  const worker = startSagaWorker({ redisUrl: testRedisUrl(), concurrency: 5, process, onError: () => undefined, queueName: queueNames[1]! });
  await eventually(async () => (await south.count()) === 0);
  expect(await north.count()).toBe(1);
  expect(processed).toEqual(['of-south']);
  await worker.close(5_000);
  expect(queues[0]!.toKey('wait')).toBe(`{${queueNames[0]!.prefix}}:sagas:wait`);
});

test.each([['{mine}'], ['a:b'], ['a b']])('%s is rejected as a prefix, because the service adds the braces of the hash tag', (QUEUE_PREFIX) => {
  const schema = z.object({ QUEUE_PREFIX: settings.queuePrefix });
  expect(() => readConfig(schema, { QUEUE_PREFIX })).toThrow('letters, digits');
  expect(readConfig(schema, {})).toEqual({ QUEUE_PREFIX: 'crossroads' });
});
