import { expect, test } from '@jest/globals';
import { openMetrics } from './metrics.js';

test('a gauge that cannot look is left out, and the rest is there all the same', async () => {
  const metrics = openMetrics();
  let away = false;
  const look = async (value: number) => {
    if (away) throw new Error('away');
    return value;
  };
  metrics.gauge({ name: 'plain', help: 'h' }, async () => [[{}, await look(1)]]);
  metrics.gauge({ name: 'labelled', help: 'h', labels: ['phase'] }, async () => [[{ phase: 'running' }, await look(2)]]);
  metrics.counter({ name: 'counted_total', help: 'h' }).inc({});
  const lines = async () => (await metrics.page()).body.split('\n').filter((line) => /^(plain|labelled|counted)/.test(line));
  expect(await lines()).toEqual(['plain 1', 'labelled{phase="running"} 2', 'counted_total 1']);
  away = true;
  expect(await lines()).toEqual(['counted_total 1']);
});

test('the event loop is watched from the first time somebody asks, and asking twice is no error', async () => {
  const { page } = openMetrics();
  for (let i = 0; i < 2; i++) expect((await page()).body).toContain('nodejs_eventloop_lag_p99_seconds');
});
