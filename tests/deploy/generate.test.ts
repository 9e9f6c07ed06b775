import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(__dirname, '../..');
const committed = join(repository, '.env.example');

let folder: string;
let copy: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossroads-generate-'));
  copy = join(folder, '.env.example');
  for (const made of ['docs', 'libs/client/src/http']) mkdirSync(join(folder, made), { recursive: true });
  for (const file of ['.env.example', 'docs/openapi.json', 'docs/sagas.md', 'docs/errors.md', 'docs/extending.md', 'docs/metrics.md', 'libs/client/src/wire.ts', 'libs/client/src/http/retry-after.ts']) copyFileSync(join(repository, file), join(folder, file));
});

afterEach(() => rmSync(folder, { recursive: true }));

const generate = (...args: string[]) => spawnSync(process.execPath, [join(repository, 'scripts/generate.mjs'), ...args], { cwd: folder, encoding: 'utf8' });

test('the check passes on what is in the repository', () => {
  expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
});

test('the check fails on a changed file, prints its name and the command that fixes it, and does not change it', () => {
  appendFileSync(copy, 'FORGOTTEN=\n');
  const changed = readFileSync(copy, 'utf8');

  const { status, stderr } = generate('--check');

  expect(status).toBe(1);
  expect(stderr).toContain('.env.example');
  expect(stderr).toContain('npm run generate');
  expect(readFileSync(copy, 'utf8')).toBe(changed);
});

test('the check fails on a missing file', () => {
  rmSync(copy);

  expect(generate('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('.env.example') });
});

test('without the check a changed file is printed again', () => {
  appendFileSync(copy, 'FORGOTTEN=\n');

  expect(generate()).toMatchObject({ status: 0, stdout: 'printed .env.example\n' });
  expect(readFileSync(copy, 'utf8')).toBe(readFileSync(committed, 'utf8'));
});
