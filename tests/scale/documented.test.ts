import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { thisHost } from '../../apps/sandbox/src/stores/host.js';
import { redisBinary } from '../../apps/sandbox/src/stores/redis-binary.js';

/** The scripts in docs/scaling.md that start and stop a Cluster on one machine. */
const recipe = async (): Promise<[string, string]> => {
  const blocks = [...(await readFile('docs/scaling.md', 'utf8')).matchAll(/```bash\n(?<lines>[^`]*7000[^`]*)```/g)].map(({ groups }) => groups!['lines']!);
  expect(blocks).toHaveLength(2);
  return blocks as [string, string];
};

/** Opt-in, since it starts a whole sandbox: SCALE_DOCS=1 npx jest tests/scale/documented */
(process.env['SCALE_DOCS'] ? test : test.skip)('the documented Cluster on one machine resets an order', async () => {
  const { command, env } = await redisBinary(thisHost(), process.env['SANDBOX_CACHE'] ?? '.cache');
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...inherited } = process.env;
  const folder = await mkdtemp(join(tmpdir(), 'crossroads-recipe-'));
  for (const name of ['apps', 'libs', 'node_modules', 'package.json', 'scripts', '.cache']) await symlink(resolve(name), join(folder, name));
  const bash = async (script: string): Promise<string> => {
    const path = [...(command.includes('/') ? [dirname(resolve(command))] : []), inherited['PATH']].join(delimiter);
    const absolute = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, resolve(value)]));
    const { stdout } = await promisify(execFile)('bash', ['-euc', script.replaceAll(/\b700([012])\b/g, '5170$1')], { cwd: folder, env: { ...inherited, ...absolute, PATH: path } });
    return stdout;
  };
  const [start, end] = await recipe();
  try {
    // The demo does what `npm start` does, on free ports, and ends.
    expect(await bash(start.replace('npm start', 'node --enable-source-maps apps/sandbox/dist/demo.js'))).toMatch(/✔ synced after \d+ ms/);
  } finally {
    await bash(end);
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
