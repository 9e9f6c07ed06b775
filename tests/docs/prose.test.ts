import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** One text in each kind of file of the repository. Each contains a retired word. */
const files: Record<string, string> = {
  'page.md': 'The worker rings.',
  'code.ts': '/** Waits for a bell. */',
  'text.ts': "export const text = 'the bell is lost';",
  'name.ts': 'export const openBells = 1;',
  'page.tsx': 'export const Page = () => <p>Rings the bell again.</p>;',
  'script.js': '// Rings again.',
  'script.mjs': '// Rings again.',
  'transform.cjs': '// Rings again.',
  'alerts.yaml': 'summary: the bell is lost',
  'compose.yml': '# The bell is lost.',
  'package.json': '{ "description": "Rings a bell." }',
  'names.json': '{ "bell": 1 }',
  'page.css': '/* Rings. */',
  'names.css': 'a { color: var(--bell); }',
  'icon.svg': '<title>Bell</title>',
  'page.html': '<p>Rings the bell.</p>',
  '.env.example': '# Rings again.',
  '.oxlintrc.json': '{ "message": "Nobody imports an app." }',
  '.dockerignore': '# The bell is lost.',
  '.npmrc': '# The bell is lost.',
  Dockerfile: '# Rings again.',
  'start.sh': '# Rings again.',
  'ci/run': '# Rings again.',
  'phrase.ts': '/** Ends what is in hand. */',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossroads-prose-'));
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  for (const [path, text] of Object.entries({ ...files, 'good.md': 'The worker adds a job.', 'picture.png': 'bell' })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the prose check finds a retired word in each kind of file', () => {
  const output = execFileSync(process.execPath, [resolve('scripts/prose.mjs'), '.'], { cwd: folder, encoding: 'utf8' });
  const found = new Set([...output.matchAll(/^retired\s+(\S+)/gm)].map(([, path]) => path!));
  expect([...found].toSorted()).toEqual(Object.keys(files).toSorted());
});
