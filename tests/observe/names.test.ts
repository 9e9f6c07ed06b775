import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Metrics } from '@crossroads/platform';
import { openMetrics } from '@crossroads/platform';
import { parse } from 'yaml';
import { intakeMetrics } from '../../apps/intake/src/metrics.js';
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

/** Labels by the name a metric is scraped under. */
const scraped = new Map<string, readonly string[]>();

beforeAll(async () => {
  // Nobody has anything to look at, so gauges have no value; their names are there.
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

/** What an expression asks for and no app answers. */
const unanswered = (expression: string): string[] =>
  namedMetrics(expression).flatMap(({ name, labels }) => {
    const known = scraped.get(name);
    if (!known) return [name];
    return labels.filter((label) => !known.includes(label)).map((label) => `${name}{${label}}`);
  });

test('a name that no app says is found out, and so is a label', () => {
  expect(unanswered('max(crossroads_oldest_due_seconds) > 60 or sum(rate(crossroads_step_attempts_total{outcome="done"}[5m]))')).toEqual([]);
  expect(unanswered('max(crossroads_oldest_seconds offset 5m) > 60 and absent(up_and_away)')).toEqual(['crossroads_oldest_seconds', 'up_and_away']);
  expect(unanswered('sum by (tenant) (rate(crossroads_step_attempts_total{fate=~"a|b", step="x"}[5m]))')).toEqual(['crossroads_step_attempts_total{fate}', 'crossroads_step_attempts_total{tenant}']);
  expect(unanswered('crossroads_saga_duration_seconds')).toEqual(['crossroads_saga_duration_seconds']);
});

describe('the alerts', () => {
  test.each(alerts.map(({ alert, expr }) => [alert, expr]))('%s asks for what the apps say', (_, expr) => {
    expect(namedMetrics(expr)).not.toEqual([]);
    expect(unanswered(expr)).toEqual([]);
  });

  test.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook]))('%s is explained where it says', (alert, runbook) => {
    expect(runbook).toBe(`docs/observing.md#${alert.toLowerCase()}`);
    expect(read('docs/observing.md')).toMatch(new RegExp(`^### ${alert}$`, 'm'));
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  const howToGetIt = 'ALERTS NOT TRIED OUT: there is no promtool. Get it with: apt-get install --yes --no-install-recommends prometheus';
  (promtool ? test : test.skip)(promtool ? 'fire at what they are for and at nothing else, says promtool' : howToGetIt, () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'deploy/observability/alerts.test.yaml'], { encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('the dashboard', () => {
  test.each(panels.map(({ title, targets }) => [title, targets.map(({ expr }) => expr)] as const))('“%s” asks for what the apps say', (_, expressions) => {
    for (const expression of expressions) expect(namedMetrics(expression)).not.toEqual([]);
    expect(expressions.flatMap(unanswered)).toEqual([]);
  });
});

test('every metric the pages on metrics and observing name is there to be scraped', () => {
  const families = new Set([...scraped.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  for (const page of ['docs/metrics.md', 'docs/observing.md']) {
    const named = [...read(page).matchAll(/`((?:crossroads|nodejs|process)_[a-z0-9_]+)/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !families.has(name) && !scraped.has(name))).toEqual([]);
  }
});
