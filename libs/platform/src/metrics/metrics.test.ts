import { expect, test } from '@jest/globals';
import { openMetrics } from './metrics.js';

test('a gauge that cannot be read is omitted, and the other metrics are present', async () => {
  const metrics = openMetrics();
  let isUnavailable = false;
  const read = async (value: number) => {
    if (isUnavailable) throw new Error('unavailable');
    return value;
  };
  metrics.gauge({ name: 'plain', help: 'h' }, async () => [[{}, await read(1)]]);
  metrics.gauge({ name: 'labelled', help: 'h', labels: ['phase'] }, async () => [[{ phase: 'running' }, await read(2)]]);
  metrics.counter({ name: 'counted_total', help: 'h' }).inc({});
  const lines = async () => (await metrics.page()).body.split('\n').filter((line) => /^(plain|labelled|counted)/.test(line));
  expect(await lines()).toEqual(['plain 1', 'labelled{phase="running"} 2', 'counted_total 1']);
  isUnavailable = true;
  expect(await lines()).toEqual(['counted_total 1']);
});

test('the event loop is observed after the first scrape, and a second scrape works', async () => {
  const { page } = openMetrics();
  for (let i = 0; i < 2; i++) expect((await page()).body).toContain('nodejs_eventloop_lag_p99_seconds');
});
