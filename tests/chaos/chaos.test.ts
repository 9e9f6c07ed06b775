import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';

/** Four times the duration on an idle machine. A campaign that hangs is killed then, and its output is shown. */
const withinMs = 180_000;

/** Runs the short campaign as `npm run chaos -- --short` does. */
const shortCampaign = async (): Promise<{ code: number | null; output: string }> => {
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', 'tools/chaos/dist/main.js', '--short'], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: withinMs });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
};

describe('under kill -9 of workers, lost and late writes, step-downs, FLUSHALL and a killed MongoDB', () => {
  test('no invariant is violated', async () => {
    const { code, output } = await shortCampaign();
    // On a failure the whole report is shown: it names the seed, the sagas and the folder.
    expect(code === 0 ? '' : output).toBe('');
    expect(output).toContain('0 violations');
    expect(output).toMatch(/kill -9 at a crash point +5 of 5/);
    expect(output).toMatch(/reply to a write lost +3 of 3/);
    expect(output).toMatch(/FLUSHALL +1 of 1/);
    expect(output).toMatch(/MongoDB killed +1 of 1/);
    expect(output).toMatch(/write applied, write concern failed +(9|\d{2,}) of 10/);
    expect(output).toMatch(/primary steps down +[12] of 2/);
    expect(output).toMatch(/late write of a killed worker +[12] of 2/);
  }, withinMs + 30_000);
});
