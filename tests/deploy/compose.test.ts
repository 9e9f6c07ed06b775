import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { intakeConfig } from '../../apps/intake/src/config.js';
import { opsConfig } from '../../apps/ops/src/config.js';
import { sandboxConfig } from '../../apps/sandbox/src/config.js';
import { workerConfig } from '../../apps/worker/src/config.js';
import { z } from 'zod';

interface Service {
  image: string;
  build?: string;
  command: string[];
  environment?: Record<string, string | number | null>;
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  security_opt?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  mem_limit?: string;
  pids_limit?: number;
}

const read = (path: string): string => readFileSync(`${__dirname}/../../${path}`, 'utf8');
const composeText = read('docker-compose.yml');
const compose = parse(composeText, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> };
const services = Object.entries(compose.services);

const schemas = {
  indexes: z.object({ MONGODB_URI: workerConfig.shape.MONGODB_URI, LOG_LEVEL: workerConfig.shape.LOG_LEVEL }),
  intake: intakeConfig,
  worker: workerConfig,
  ops: opsConfig,
};
const settingsOf = (schema: { shape: object }): string[] => Object.keys(schema.shape);

/** Returns the environment of a container when only the secrets are set. Names without a value are left out, `${NAME:?…}` is set, and `${NAME:-…}` has its default. */
const environmentOf = ({ environment = {} }: Service): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, String(value).replace(/^\$\{\w+:\?.*\}$/, 'a secret that an operator set, 32 or more').replace(/^\$\{\w+:-(.*)\}$/, '$1')]),
  );

describe('docker-compose.yml', () => {
  test('conforms to the Compose Specification', () => {
    // The schema names draft 07 by a different URL, which ajv does not know.
    const { $schema: _dialect, ...specification } = JSON.parse(read('tests/deploy/compose-spec.json')) as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.compile(specification);

    valid(compose);

    expect(valid.errors).toBeNull();
    expect(valid({ services: { intake: { imagine: 'a word that no service knows' } } })).toBe(false);
  });

  test.each(Object.entries(schemas))('hands %s each of its settings and no other name', (name, schema) => {
    expect(Object.keys(compose.services[name]?.environment ?? {}).sort()).toEqual(settingsOf(schema).sort());
  });

  test.each(Object.entries(schemas))('gives %s every required setting, each of them right', (name, schema) => {
    expect(schema.safeParse(environmentOf(compose.services[name]!))).toMatchObject({ success: true });
  });

  test('sets nothing for a service without settings', () => {
    const others = services.filter(([name]) => !(name in schemas));

    expect(others.map(([name, { environment }]) => [name, environment])).toEqual([
      ['mongo', undefined],
      ['redis', undefined],
    ]);
  });

  test('has no default for a secret', () => {
    expect(compose.services['intake']?.environment?.['TOKEN_SECRET']).toMatch(/^\$\{TOKEN_SECRET:\?/);
  });

  test('reads from outside only settings, and the address to publish on', () => {
    const known = [...Object.values(schemas).flatMap(settingsOf), 'PUBLISH_HOST'];
    const asked = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);

    expect(asked.filter((name) => !known.includes(name!))).toEqual([]);
  });

  test('runs only entries that exist, and none of the sandbox', () => {
    const entries = services.filter(([, { build }]) => build).map(([, { command }]) => command.at(-1)!);

    expect(entries).toHaveLength(Object.keys(schemas).length);
    for (const entry of entries) {
      expect(entry).toMatch(/^apps\/(intake|worker|ops)\/dist\//);
      expect(existsSync(`${__dirname}/../../${entry.replace('/dist/', '/src/').replace(/js$/, 'ts')}`)).toBe(true);
    }
  });

  test.each(['intake', 'worker', 'ops'])('asks %s for a probe that it answers, where it listens', (name) => {
    const { environment = {}, healthcheck } = compose.services[name]!;
    const [, port, path] = /127\.0\.0\.1:(\d+)(\/\w+)/.exec(healthcheck!.test.at(-1)!)!;
    expect(Object.entries(environment).filter(([setting]) => setting.endsWith('_PORT')).map(([, value]) => String(value))).toContain(port);
    expect(read('libs/platform/src/probes.ts')).toContain(`'${path}'`);
  });

  test('gives each app more time to stop than its shutdown deadline', () => {
    for (const [name, schema] of Object.entries(schemas).filter(([name]) => name !== 'indexes')) {
      const settings: Record<string, unknown> = schema.parse(environmentOf(compose.services[name]!));
      expect(Number.parseInt(compose.services[name]!.stop_grace_period!, 10) * 1_000).toBeGreaterThan(Number(settings['SHUTDOWN_DEADLINE_MS']));
    }
  });

  test('makes the indexes before any app starts, and restarts every other service that ends', () => {
    for (const [name, { depends_on = {}, restart }] of services.filter(([, { build }]) => build)) {
      expect([name, restart, depends_on['indexes']?.condition]).toEqual(name === 'indexes' ? [name, 'no', undefined] : [name, 'unless-stopped', 'service_completed_successfully']);
    }
  });

  test('can be given more workers: they claim no name and no port of the host', () => {
    expect(compose.services['worker']).not.toHaveProperty('ports');
    expect(compose.services['worker']).not.toHaveProperty('container_name');
  });

  test('lets no container write to its image or gain privileges', () => {
    expect(services.filter(([, service]) => !service.read_only || !service.security_opt?.includes('no-new-privileges:true'))).toEqual([]);
  });

  test('limits the memory and the processes of every container', () => {
    expect(services.filter(([, { mem_limit, pids_limit }]) => !/^\d+[mg]$/.test(mem_limit ?? '') || !(pids_limit! > 0)).map(([name]) => name)).toEqual([]);
  });

  test('gives each app the memory that the Kubernetes manifests give it', () => {
    for (const name of Object.keys(schemas)) {
      const [, limit] = /limits: \{ memory: (\d+)Mi \}/.exec(read(`deploy/kubernetes/${name}.yaml`))!;
      expect([name, Number.parseInt(compose.services[name]!.mem_limit!, 10)]).toEqual([name, Number(limit)]);
    }
  });

  test('keeps the data of Redis below its memory limit, so that it rejects writes before it is killed', () => {
    const { command, mem_limit } = compose.services['redis']!;
    expect(command[command.indexOf('--maxmemory') + 1]).toBe('512mb');
    expect(mem_limit).toBe('1g');
  });

  test('sends the cookies of operators only over HTTPS by default', () => {
    expect(opsConfig.parse(environmentOf(compose.services['ops']!)).OPS_SECURE_COOKIES).toBe(true);
  });

  test('names a full version of every image of another project', () => {
    const foreign = services.filter(([, { build }]) => !build).map(([, { image }]) => image);
    const node = /^ARG NODE=(.*)$/m.exec(read('Dockerfile'))![1]!;
    expect([...foreign, `node:${node}`].filter((image) => !/^\w+:\d+\.\d+\.\d+(-slim)?$/.test(image))).toEqual([]);
  });

  test('publishes ports only on this machine by default', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);

    expect(ports).toHaveLength(2);
    expect(ports.filter((port) => !port.startsWith('${PUBLISH_HOST:-127.0.0.1}:'))).toEqual([]);
  });

  test('keeps the data of each store in a named volume of its own', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));

    expect(mounted.sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

describe('the image', () => {
  test('does not contain the sandbox or the embedded engine', () => {
    const askForEngine = ['apps', 'libs']
      .flatMap((folder) => readdirSync(`${__dirname}/../../${folder}`).map((name) => `${folder}/${name}`))
      .filter((workspace) => read(`${workspace}/package.json`).includes('"@0q/'));

    expect(askForEngine).toEqual(['apps/sandbox']);
    expect(read('.dockerignore').split('\n')).toContain('apps/sandbox');
  });

  test('does not run as root', () => {
    expect(read('Dockerfile').split('\n')).toContain('USER node');
  });
});

describe('.env.example', () => {
  const named = [...read('.env.example').matchAll(/^(# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, , name]) => name!);

  test('names every setting of every app once, and nothing else', () => {
    const settings = new Set([...Object.values(schemas), sandboxConfig].flatMap(settingsOf));

    expect(named.sort()).toEqual([...settings].sort());
  });
});
