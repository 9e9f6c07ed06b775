import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';
import type { CodeBlock } from '../docs/documents.js';
import { codeBlocksIn } from '../docs/documents.js';

let sandbox: RunningSandbox;
let face: SandboxInfo;
let folder: string;

beforeAll(async () => {
  sandbox = await runSandbox();
  face = await sandbox.info();
  folder = mkdtempSync(join(tmpdir(), 'crossroads-docs-'));
  mkdirSync(join(folder, 'node_modules/@crossroads'), { recursive: true });
  symlinkSync(resolve('libs/client'), join(folder, 'node_modules/@crossroads/client'));
}, 180_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.stop();
}, 60_000);

/** Returns a command with the addresses and paths of this sandbox. */
const forThisSandbox = (text: string): string =>
  text
    .replaceAll('http://localhost:8080', face.intake_url)
    .replaceAll('http://localhost:8081', face.ops_url)
    .replaceAll('http://localhost:8082', face.destination_url)
    .replaceAll('.data/', `${sandbox.dataDir}/`);

/** Returns an output without values that differ between two runs. */
const withoutVariableParts = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\b[0-9a-f]{24}\b/g, '<order>')
    .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, '<time>')
    .replaceAll(/\b\d+ ms\b/g, '<ms>')
    .replaceAll(/http:\/\/[a-z0-9.]+:\d+/g, '<url>')
    .replaceAll('\r', '')
    .trimEnd();

/** Runs the blocks of a page in one shell, in order. Returns the output of each block. */
const outputsOf = async (blocks: readonly CodeBlock[]): Promise<string[]> => {
  const steps = blocks.map(({ language, text }, index) => {
    if (language === 'bash') return forThisSandbox(text);
    const file = join(folder, `example-${index}.mjs`);
    writeFileSync(file, forThisSandbox(text));
    return `node ${file}`;
  });
  // Replaces npx, which takes a second to find the command.
  const script = ['exec 2>&1', 'npx() { "$@"; }', ...steps.flatMap((step) => [step, 'echo "§"'])].join('\n');
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env['PATH']}`, CROSSROADS_URL: face.intake_url, CROSSROADS_OPS_URL: face.ops_url };
  const { stdout } = await promisify(execFile)('bash', ['-euc', script], { env }).catch((error: { stdout?: string; message: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  return stdout.split('§\n');
};

test.each(['libs/client/README.md', 'docs/integrating.md'])(
  'the commands on %s have the output on the page',
  async (path) => {
    const blocks = codeBlocksIn(readFileSync(path, 'utf8'));
    const runnable = blocks.filter(({ language }) => language === 'bash' || language === 'js');
    expect(runnable.length).toBeGreaterThan(8);
    const key = runnable.findIndex(({ text }) => text.includes('export CROSSROADS_API_KEY'));
    const ordered = [runnable[key]!, ...runnable.filter((_, index) => index !== key)];
    const outputs = await outputsOf(ordered);
    for (const [index, block] of ordered.entries()) {
      const documented = blocks[blocks.indexOf(block) + 1];
      if (documented?.language === 'text') expect(withoutVariableParts(outputs[index]!)).toBe(withoutVariableParts(documented.text));
    }
  },
  240_000,
);
