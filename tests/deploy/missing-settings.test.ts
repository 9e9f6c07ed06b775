import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = `${__dirname}/../..`;

const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: Record<string, string> };

/** Every program that the image or an npm script starts. */
const programs = ['apps/intake/dist/main.js', 'apps/worker/dist/main.js', 'apps/ops/dist/main.js', 'tools/chaos/dist/check-invariants.js'].concat(
  Object.values(scripts).flatMap((script) => /^node --enable-source-maps (apps\/\S+\.js)$/.exec(script)?.[1] ?? []),
);

const run = (program: string, env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--enable-source-maps', program], { cwd: root, env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, lines: stderr.trimEnd().split('\n') };
};

test('the list has every command for administrators', () => {
  expect(programs).toEqual(expect.arrayContaining(['apps/ops/dist/operators.js', 'apps/intake/dist/keys.js', 'apps/worker/dist/set-retention.js', 'apps/worker/dist/make-indexes.js']));
});

test.each(programs)('%s without settings prints one sentence per setting and no stack', (program) => {
  const { status, stdout, lines } = run(program, {});
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(lines[0]).toBe('MONGODB_URI is missing. MongoDB, the source of truth.');
  expect(lines.at(-1)).toBe('The file .env.example describes every setting.');
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^[A-Z_]+ is missing\. .*\.$/);
});

test.each(['intake', 'worker', 'ops'])('%s with an address of Redis that cannot be read prints a sentence without the password', (app) => {
  const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/x', TOKEN_SECRET: 'x'.repeat(32), REDIS_URL: 'redis+sentinel://:secret-value@a,b' };
  const { status, lines } = run(`apps/${app}/dist/main.js`, env);
  expect({ status, lines: lines.length }).toEqual({ status: 1, lines: 2 });
  expect(lines[0]).toMatch(/^REDIS_URL is invalid: Use redis:\/\//);
  expect(lines.join()).not.toContain('secret-value');
});

test.each([
  ['intake', { MAX_CONCURRENT_WAITS: '3000' }, 'MAX_CONNECTIONS is invalid: must exceed MAX_CONCURRENT_WAITS, '],
  ['intake', { MAX_CONNECTIONS: '2000' }, 'MAX_CONNECTIONS is invalid: must exceed MAX_CONCURRENT_WAITS, '],
  ['worker', { WORKER_CONCURRENCY: '64' }, 'DESTINATION_IN_FLIGHT is invalid: must be less than WORKER_CONCURRENCY, '],
  ['worker', { DESTINATION_IN_FLIGHT: '100' }, 'DESTINATION_IN_FLIGHT is invalid: must be less than WORKER_CONCURRENCY, '],
])('%s with %j, which contradicts another setting, prints one sentence', (app, contradicting, sentence) => {
  const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/x', REDIS_URL: 'redis://127.0.0.1:1', TOKEN_SECRET: 'x'.repeat(32), ...contradicting };
  const { status, lines } = run(`apps/${app}/dist/main.js`, env);
  expect({ status, lines: lines.length }).toEqual({ status: 1, lines: 2 });
  expect(lines[0]).toContain(sentence);
});
