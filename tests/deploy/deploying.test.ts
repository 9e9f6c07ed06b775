import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import { intakeConfig } from '../../apps/intake/src/config.js';
import { runKeys } from '../../apps/intake/src/key-admin/command-line.js';
import { opsConfig } from '../../apps/ops/src/config.js';
import { runOperators } from '../../apps/ops/src/operator-admin/command-line.js';
import { workerConfig } from '../../apps/worker/src/config.js';
import { runRetention } from '../../apps/worker/src/retention-command.js';
import { runInstances, runTenants } from '../../apps/worker/src/tenant-admin/command-line.js';
import { tenantCommands } from '../../apps/worker/src/tenant-admin/commands.js';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/deploying.md');
const found = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, what]) => what!);
/** Splits a command into words as a shell does. */
const words = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

test('every npm script it names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = found(/npm run ([\w-]+)/g);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every file it names exists', () => {
  const files = [
    ...found(/((?:deploy|tests|docs)\/[\w./-]+\.(?:yaml|ts|md))/g),
    ...found(/(apps\/\w+\/dist\/[\w-]+\.js)/g).map((entry) => entry.replace('/dist/', '/src/').replace(/js$/, 'ts')),
    ...found(/\]\(([\w./-]+?)(?:#[\w-]+)?\)/g).map((link) => join('docs', link)),
  ];
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('every setting it names exists', () => {
  const settings = [intakeConfig, workerConfig, opsConfig].flatMap(({ shape }) => Object.keys(shape));
  const others = ['PUBLISH_HOST', 'ROLLING_RESTARTS', 'IMAGE', 'NODE', 'SIGTERM', 'TLS', 'NTP', 'BACKUP_URI'];
  expect(read('docker-compose.yml')).toContain('PUBLISH_HOST');
  const named = found(/\b([A-Z]+(?:_[A-Z]+)+)\b/g);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => ![...settings, ...others].includes(name))).toEqual([]);
});

test('every collection it names exists', () => {
  const named = [...found(/(?:from|db)\.(\w+)\.(?:find|replaceOne|deleteOne)/g), 'crossroads_logs', 'tenants', 'instances', 'audit'];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !Object.values(collections).includes(name as never))).toEqual([]);
});

test('its commands for keys, operators, tenants, instances and retention are valid', async () => {
  const anything = new Proxy({}, { get: () => async () => ({ id: 'id', text: 'text', password: 'password', role: 'operator', replaced: false, oldValidUntil: new Date() }) });
  const said = new Proxy({}, { get: () => async () => 'said' });
  for (const line of found(/(?:npm run keys --|keys\.js) ([^`\n]+)/g)) await runKeys(words(line), anything as never);
  for (const line of found(/(?:npm run operators --|operators\.js) ([^`\n]+)/g)) await runOperators(words(line), (line.startsWith('revoke') ? said : anything) as never);
  const known = ['Cartage North', 'Harbor Retail'].map((name) => ({ _id: name, name, instances: [] }));
  const directory = { tenants: async () => known, addTenant: async () => true, addInstance: async () => true, addPartner: async () => undefined };
  const commands = tenantCommands({ directory, audited: (_action, _detail, change) => change(), allowedPrivateHosts: [] });
  for (const line of found(/(?:npm run tenants --|tenants\.js) ([^`\n]+)/g)) await runTenants(words(line), commands);
  for (const line of found(/(?:npm run instances --|instances\.js) ([^`\n]+)/g)) await runInstances(words(line), commands);
  for (const line of found(/(?:npm run retention --|set-retention\.js) ([^`\n]+)/g)) await runRetention(words(line), { tenants: async () => [], keepFor: async () => true }, (_action, _detail, change) => change());
});

test('every service, job and deployment it names for Compose and Kubernetes exists', () => {
  const compose = read('docker-compose.yml');
  for (const service of found(/docker compose run --rm (\w+)/g)) expect(compose).toContain(`\n  ${service}:\n`);
  for (const named of found(/(?:job|deployment)\/(\w+)/g)) expect(existsSync(join(root, `deploy/kubernetes/${named}.yaml`))).toBe(true);
});
