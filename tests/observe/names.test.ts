import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Metrics } from '@crossroads/platform';
import { openMetrics } from '@crossroads/platform';
import { parse } from 'yaml';
import { intakeMetrics } from '../../apps/intake/src/intake.js';
import { opsMetrics } from '../../apps/ops/src/metrics.js';
import { workerMetrics } from '../../apps/worker/src/metrics.js';
import { namedMetrics } from './named-metrics.js';

const read = (path: string): string => readFileSync(`${__dirname}/../../${path}`, 'utf8');

interface Alerts {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string; runbook: string } }[] }[];
}
interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

const alerts = (parse(read('deploy/observability/alerts.yaml')) as Alerts).groups.flatMap(({ rules }) => rules);
const { panels } = JSON.parse(read('deploy/observability/grafana-dashboard.json')) as Dashboard;

/** The labels of each scraped metric, by name. */
const scraped = new Map<string, readonly string[]>();

beforeAll(async () => {
  // The gauges have nothing to read, so they have names and no values.
  const declare: ((metrics: Metrics) => unknown)[] = [intakeMetrics, (metrics) => opsMetrics(metrics, {} as never), (metrics) => workerMetrics(metrics, {} as never)];
  for (const each of declare) {
    const metrics = openMetrics();
    each(metrics);
    const labels = new Map(metrics.described().map((metric) => [metric.name, metric.labels ?? []]));
    for (const [, name, kind] of (await metrics.page()).body.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      const suffixes = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const suffix of suffixes) scraped.set(`${name}${suffix}`, labels.get(name!) ?? []);
    }
  }
});

/** Returns the metrics and labels of an expression that no app exports. */
const missingIn = (expression: string): string[] =>
  namedMetrics(expression).flatMap(({ name, labels }) => {
    const known = scraped.get(name);
    if (!known) return [name];
    return labels.filter((label) => !known.includes(label)).map((label) => `${name}{${label}}`);
  });

test('an unknown metric is detected, and an unknown label too', () => {
  expect(missingIn('max(crossroads_oldest_due_seconds) > 60 or sum(rate(crossroads_step_attempts_total{outcome="done"}[5m]))')).toEqual([]);
  expect(missingIn('max(crossroads_oldest_seconds offset 5m) > 60 and absent(up_and_away)')).toEqual(['crossroads_oldest_seconds', 'up_and_away']);
  expect(missingIn('sum by (tenant) (rate(crossroads_step_attempts_total{fate=~"a|b", step="x"}[5m]))')).toEqual(['crossroads_step_attempts_total{fate}', 'crossroads_step_attempts_total{tenant}']);
  expect(missingIn('crossroads_saga_duration_seconds')).toEqual(['crossroads_saga_duration_seconds']);
});

describe('the alerts', () => {
  test.each(alerts.map(({ alert, expr }) => [alert, expr]))('%s uses only exported metrics', (_, expr) => {
    expect(namedMetrics(expr)).not.toEqual([]);
    expect(missingIn(expr)).toEqual([]);
  });

  test.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook]))('%s has its section at its runbook link', (alert, runbook) => {
    expect(runbook).toBe(`docs/observing.md#${alert.toLowerCase()}`);
    expect(read('docs/observing.md')).toMatch(new RegExp(`^### ${alert}$`, 'm'));
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  const skippedTitle = 'ALERTS NOT TESTED: promtool is missing. Install it: apt-get install --yes --no-install-recommends prometheus';
  (promtool ? test : test.skip)(promtool ? 'fire only in their situations, according to promtool' : skippedTitle, () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'deploy/observability/alerts.test.yaml'], { encoding: 'utf8' });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });
});

describe('the dashboard', () => {
  test.each(panels.map(({ title, targets }) => [title, targets.map(({ expr }) => expr)] as const))('“%s” uses only exported metrics', (_, expressions) => {
    for (const expression of expressions) expect(namedMetrics(expression)).not.toEqual([]);
    expect(expressions.flatMap(missingIn)).toEqual([]);
  });
});

test('every metric named in docs/metrics.md and docs/observing.md is exported', () => {
  const families = new Set([...scraped.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  for (const page of ['docs/metrics.md', 'docs/observing.md']) {
    const named = [...read(page).matchAll(/`((?:crossroads|nodejs|process)_[a-z0-9_]+)/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !families.has(name) && !scraped.has(name))).toEqual([]);
  }
});
