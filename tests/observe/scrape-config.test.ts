import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface ScrapeConfig {
  dns_sd_configs?: { names: string[]; type: string; port: number }[];
  kubernetes_sd_configs?: { role: string; namespaces: { names: string[] } }[];
  relabel_configs?: { source_labels: string[]; regex?: string; action?: string }[];
  static_configs?: object;
}

const blocks = [...read('docs/observing.md').matchAll(/```yaml\n(scrape_configs:[\s\S]*?)```/g)].map(([, text]) => text!);
const configs = blocks.flatMap((text) => (parse(text) as { scrape_configs: ScrapeConfig[] }).scrape_configs);

test('the page has a configuration for Compose and one for Kubernetes, and none with a fixed list of targets', () => {
  expect(configs.map((config) => Object.keys(config).find((key) => key.endsWith('_sd_configs')))).toEqual(['dns_sd_configs', 'kubernetes_sd_configs']);
  expect(configs.filter(({ static_configs }) => static_configs)).toEqual([]);
});

test('Compose: every container of intake, worker and ops is found where it serves its metrics', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, { environment: Record<string, number>; networks: string[] }> };
  const found = configs[0]!.dns_sd_configs!.flatMap(({ names, type, port }) => names.map((name) => [name, type, port]));
  expect(found).toEqual([
    ['intake', 'A', services['intake']!.environment['METRICS_PORT']],
    ['ops', 'A', services['ops']!.environment['METRICS_PORT']],
    ['worker', 'A', services['worker']!.environment['WORKER_PORT']],
  ]);
  for (const name of ['intake', 'ops', 'worker']) expect(services[name]!.networks).toContain('outside');
});

test('Kubernetes: the pods of intake, worker and ops have the port that is kept', () => {
  const [sd] = configs[1]!.kubernetes_sd_configs!;
  expect(sd).toEqual({ role: 'pod', namespaces: { names: [(parse(read('deploy/kubernetes/namespace.yaml')) as { metadata: { name: string } }).metadata.name] } });
  const [keep] = configs[1]!.relabel_configs!;
  const documents = readdirSync(join(root, 'deploy/kubernetes')).filter((file) => file.endsWith('.yaml')).flatMap((file) => parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => document.toJS()));
  const pods = documents.filter(({ kind }) => kind === 'Deployment').map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0].ports.map(({ name }: { name: string }) => name).includes(keep!.regex)]);
  expect(pods).toEqual(expect.arrayContaining([['intake', true], ['worker', true], ['ops', true]]));
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
(promtool ? test : test.skip)(promtool ? 'Prometheus accepts the configuration for Compose' : 'SCRAPE CONFIGURATION NOT TESTED: promtool is missing. Install it: apt-get install --yes --no-install-recommends prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossroads-scrape-'));
  try {
    // Debian builds promtool without the discovery of Kubernetes, so the other block cannot be checked with it.
    writeFileSync(join(folder, 'prometheus.yaml'), blocks[0]!);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', '--syntax-only', join(folder, 'prometheus.yaml')], { encoding: 'utf8' });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
