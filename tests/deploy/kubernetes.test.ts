import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Container, PodSpec, Probe, Service } from 'kubernetes-types/core/v1.js';
import { parse, parseAllDocuments } from 'yaml';
import { intakeConfig } from '../../apps/intake/src/config.js';
import { opsConfig } from '../../apps/ops/src/config.js';
import { readRedisUrl } from '../../libs/saga-bullmq/src/redis-url.js';
import { workerConfig } from '../../apps/worker/src/config.js';
import { z } from 'zod';

const root = join(__dirname, '../..');
const folder = join(root, 'deploy/kubernetes');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  file: string;
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
const manifests = files.flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => ({ ...(document.toJS() as Omit<Manifest, 'file'>), file })));
const all = <T>(kind: string): (T & Manifest)[] => manifests.filter((manifest) => manifest.kind === kind) as (T & Manifest)[];
const named = <T>(kind: string, name: string): T & Manifest => all<T>(kind).find(({ metadata }) => metadata.name === name)!;

interface Workload {
  name: string;
  pod: PodSpec;
  container: Container;
}
const workloads: Workload[] = [...all<Deployment>('Deployment'), ...all<Job>('Job')].map(({ metadata, spec }) => {
  const pod = spec!.template.spec!;
  return { name: metadata.name, pod, container: pod.containers[0]! };
});
const servers = workloads.filter(({ name }) => name !== 'indexes');
const each = (list: Workload[]) => list.map((workload) => [workload.name, workload] as const);

const schemas = { intake: intakeConfig, worker: workerConfig, ops: opsConfig, indexes: z.object({ MONGODB_URI: workerConfig.shape.MONGODB_URI, LOG_LEVEL: workerConfig.shape.LOG_LEVEL }) };
const schemaOf = (name: string) => schemas[name as keyof typeof schemas];

/** Returns the environment of a container with the example secrets, and the part set only for this container. */
const environmentOf = ({ env = [], envFrom = [] }: Container) => {
  const settings = envFrom.flatMap(({ configMapRef }) => (configMapRef ? Object.entries(named<{ data: Record<string, string> }>('ConfigMap', configMapRef.name!).data) : []));
  const secret = (name: string): [string, string][] => Object.entries(named<{ stringData: Record<string, string> }>('Secret', name).stringData).map(([key, value]) => [key, value || 'a secret that an operator has set, 32 or more']);
  const own = [
    ...envFrom.flatMap(({ secretRef }) => (secretRef ? secret(secretRef.name!) : [])),
    ...env.map(({ name, value, valueFrom }): [string, string] => [name, value ?? Object.fromEntries(secret(valueFrom!.secretKeyRef!.name!))[valueFrom!.secretKeyRef!.key]!]),
  ];
  return { given: Object.fromEntries([...settings, ...own]), own: own.map(([name]) => name) };
};

const typeOf: Record<string, string> = { 'v1': 'core/v1', 'apps/v1': 'apps/v1', 'batch/v1': 'batch/v1', 'policy/v1': 'policy/v1', 'autoscaling/v2': 'autoscaling/v2', 'networking.k8s.io/v1': 'networking/v1' };

/** Returns the compiler's errors for the manifests as literals of the Kubernetes API types. */
const compiled = (list: readonly Omit<Manifest, 'file'>[]): string => {
  const work = mkdtempSync(join(tmpdir(), 'crossroads-manifests-'));
  try {
    const lines = list.map((manifest, index) => {
      const { file: _file, ...plain } = manifest as Manifest;
      return `export const m${index}: import(${JSON.stringify(join(root, 'node_modules/kubernetes-types', typeOf[manifest.apiVersion]!))}).${manifest.kind} = ${JSON.stringify(plain)};`;
    });
    writeFileSync(join(work, 'manifests.ts'), lines.join('\n'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler', '--ignoreConfig'];
    return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, join(work, 'manifests.ts')], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(work, { recursive: true });
  }
};

describe('deploy/kubernetes', () => {
  test('conforms to the types of the Kubernetes API', () => {
    const builtIn = manifests.filter(({ apiVersion }) => apiVersion !== 'keda.sh/v1alpha1');
    expect(builtIn.length).toBeGreaterThan(15);
    expect(compiled(builtIn)).toBe('');
    expect(compiled([{ ...builtIn[0]!, kind: 'Service', apiVersion: 'v1', spec: { portz: [] } } as never])).toContain("'\"portz\"' does not exist");
  });

  test('is applied as a whole, but for the example of secrets and the two ways to scale', () => {
    const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
    const left = files.filter((file) => !resources.includes(file));
    expect(resources.filter((file) => !files.includes(file))).toEqual([]);
    expect(left.sort()).toEqual(['keda/worker-metrics-api.yaml', 'keda/worker-prometheus.yaml', 'secret.example.yaml']);
  });

  test.each(each(workloads))('%s is given every setting it needs, each of them right, and no other of its own', (name, { container }) => {
    const { given, own } = environmentOf(container);
    expect(schemaOf(name).safeParse(given)).toMatchObject({ success: true });
    expect(own.filter((setting) => !Object.hasOwn(schemaOf(name).shape, setting))).toEqual([]);
  });

  test('the shared settings are settings of some app', () => {
    const known = Object.values(schemas).flatMap(({ shape }) => Object.keys(shape));
    const shared = all<{ data: Record<string, string> }>('ConfigMap').flatMap(({ data }) => Object.keys(data));
    expect(shared.filter((name) => !known.includes(name))).toEqual([]);
  });

  test.each(each(workloads))('%s runs an entry that exists, as a user without privileges', (_, { pod, container }) => {
    const [, entry] = container.command!;
    expect(existsSync(join(root, entry!.replace('/dist/', '/src/').replace(/js$/, 'ts')))).toBe(true);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      // A Service named "intake" would otherwise set INTAKE_PORT to an address.
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    expect(container.resources).toMatchObject({ requests: { cpu: expect.any(String), memory: expect.any(String) }, limits: { memory: expect.any(String) } });
  });

  test.each(each(servers))('%s listens where its ports, probes and Service require', (name, { container }) => {
    const { given } = environmentOf(container);
    const ports = Object.fromEntries(container.ports!.map((port) => [port.name!, String(port.containerPort)]));
    expect(ports['probes']).toBe(given[name === 'worker' ? 'WORKER_PORT' : 'METRICS_PORT']);
    if (name !== 'worker') expect(ports['http']).toBe(given[`${name.toUpperCase()}_PORT`]);

    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((which) => (container[which as keyof Container] as Probe).httpGet!);
    expect(probes).toEqual([{ path: '/livez', port: 'probes' }, { path: '/livez', port: 'probes' }, { path: '/readyz', port: 'probes' }]);
    for (const { path } of probes) expect(read('libs/platform/src/probes.ts')).toContain(`'${path}'`);

    const service = named<Service>('Service', name).spec!;
    expect(service.selector).toEqual({ app: name });
    expect(service.ports!.map((port) => [port.targetPort, String(port.port)])).toEqual(Object.entries(ports));
  });

  test.each(each(servers))('%s has longer to end than it may take', (name, { pod, container }) => {
    const deadlineMs = Number(environmentOf(container).given['SHUTDOWN_DEADLINE_MS']);
    const pauseSeconds = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pod.terminationGracePeriodSeconds! * 1_000).toBeGreaterThan(pauseSeconds * 1_000 + deadlineMs);
    expect(named<{ spec: object }>('PodDisruptionBudget', name).spec).toEqual({ maxUnavailable: 1, selector: { matchLabels: { app: name } } });
  });

  test('every label that is selected is one that pods have, and every port that is named is one they open', () => {
    const apps = workloads.map(({ name }) => name);
    const policies = all<{ spec: object }>('NetworkPolicy').map(({ spec }) => JSON.stringify(spec));
    const selected = policies.flatMap((text) => [...text.matchAll(/"key":"app","operator":"In","values":\[(.*?)\]|"app":"(\w+)"/g)].flatMap(([, list, one]) => (list ? list.split(',').map((name) => JSON.parse(name) as string) : [one!])));
    expect(selected.length).toBeGreaterThan(0);
    expect(selected.filter((name) => !apps.includes(name))).toEqual([]);
    expect(all<{ spec: { scaleTargetRef: { name: string } } }>('HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef.name)).toEqual(['intake']);
  });

  test('every pod may connect to the default ports of MongoDB, Redis and Sentinels', () => {
    const sentinels = readRedisUrl('redis+sentinel://sentinel/primary').options.sentinels![0]!.port!;
    const { egress } = named<{ spec: { egress: { ports: { port: number }[] }[] } }>('NetworkPolicy', 'to-stores').spec;
    expect(egress[0]!.ports.map(({ port }) => port)).toEqual([27_017, readRedisUrl('redis://redis').options.port, sentinels]);
  });

  test('the secrets in it are examples', () => {
    expect(new Set(all('Secret').map(({ file }) => file))).toEqual(new Set(['secret.example.yaml']));
    expect(read('deploy/kubernetes/secret.example.yaml')).toMatch(/TOKEN_SECRET: ''/);
  });
});

interface ScaledObject {
  spec: { scaleTargetRef: { name: string }; minReplicaCount: number; triggers: { type: string; metricType: string; metadata: Record<string, string> }[] };
}

describe.each(all<ScaledObject>('ScaledObject').map((object) => [object.file, object] as const))('%s', (_, { spec }) => {
  test('scales the workers, and never to none', () => {
    expect(spec.scaleTargetRef.name).toBe('worker');
    expect(spec.minReplicaCount).toBeGreaterThanOrEqual(1);
  });

  test('first by age as it is, then by number for each worker', () => {
    expect(spec.triggers.map(({ metricType }) => metricType)).toEqual(['Value', 'AverageValue']);
  });

  test('queries metrics that the code has', () => {
    for (const { type, metadata } of spec.triggers) {
      if (type === 'prometheus') {
        const [metric] = /crossroads_\w+/.exec(metadata['query']!)!;
        expect(read('libs/platform/src/metrics/backlog-metrics.ts')).toContain(`'${metric}'`);
      } else {
        const { hostname, port, pathname } = new URL(metadata['url']!);
        expect([hostname.split('.')[0], port, hostname.split('.')[1]]).toEqual(['worker', String(named<Service>('Service', 'worker').spec!.ports![0]!.port), 'crossroads']);
        expect(read('apps/worker/src/telemetry.ts')).toContain(`'${pathname}'`);
        expect(read('apps/worker/src/telemetry.ts')).toMatch(new RegExp(`JSON\\.stringify\\(.*\\b${metadata['valueLocation']}\\b`));
      }
    }
  });
});
