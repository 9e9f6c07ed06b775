import { expect, test } from '@jest/globals';
import { httpDurations, openMetrics } from '@crossroads/platform';
import { eventually } from '@crossroads/testkit';
import express, { Router } from 'express';
import request from 'supertest';
import { opsMetrics } from './metrics.js';

test('wait cycles are counted once a minute at most, and left out while they are unknown', async () => {
  const metrics = openMetrics();
  let [now, isDown] = [0, true];
  const limits: number[] = [];
  const find = async (limit: number) => {
    limits.push(limit);
    if (isDown) throw new Error('MongoDB is unavailable');
    return [['a', 'b'], ['c', 'd', 'e']];
  };
  opsMetrics(metrics, { cycles: { find }, oldestDueSeconds: async () => 0, phases: async () => ({}), blocked: async () => ({}), depth: async () => ({}), paused: async () => false, overdue: async () => 0, workers: async () => 1 }, () => now);
  const exported = async () => /^crossroads_saga_wait_cycles (\d+)$/m.exec((await metrics.page()).body)?.[1];
  expect(await exported()).toBeUndefined();
  isDown = false;
  expect(await exported()).toBe('2');
  now = 59_999;
  expect(await exported()).toBe('2');
  expect(limits).toEqual([1_000, 1_000]);
  now = 60_000;
  expect(await exported()).toBe('2');
  expect(limits).toHaveLength(3);
});

test('requests are measured by the pattern of their route with its mount path, in every spelling and also after an error', async () => {
  const metrics = openMetrics();
  const app = express();
  httpDurations(metrics)(app);
  const router = Router();
  router.get('/:id/shown', (_request, response) => void response.end());
  router.get('/:id/failing', (_request, _response, next) => next(new Error('failed')));
  app.use('/mounted', router);
  app.use(((_error, _request, response, _next) => response.status(500).end()) as express.ErrorRequestHandler);
  for (const path of ['/mounted/1/shown', '/MOUNTED/2/Shown/', '/mounted/3/failing', '/elsewhere']) await request(app).get(path);
  const counted = async () => [...(await metrics.page()).body.matchAll(/_duration_seconds_count\{.*route="([^"]*)",status="(.*)"\} (\d+)/g)].map(([, ...found]) => found);
  await eventually(async () => (await counted()).reduce((sum, [, , count]) => sum + Number(count), 0) === 4);
  expect(await counted()).toEqual([
    ['/mounted/:id/shown', '2xx', '2'],
    ['/mounted/:id/failing', '5xx', '1'],
    ['none', '4xx', '1'],
  ]);
});
