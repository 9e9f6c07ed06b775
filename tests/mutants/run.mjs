/**
 * `node tests/mutants/run.mjs [--only <number>,<number>] [--jobs 2]` removes one safeguard at a time and runs the check that must detect it.
 * Exits with code 1 when a check did not fail.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, jobs: { type: 'string', default: '2' } } });
const only = values.only?.split(',').map(Number);
const selected = mutants.map((mutant, index) => ({ ...mutant, number: index + 1 })).filter(({ number }) => !only || only.includes(number));

/** Schedules within which the model must detect a mutant. */
const schedules = '30000';

/** Time limit of one run, in milliseconds. A mutant can cause a hang, which does not count as detected. */
const longestMs = 180_000;

const startedAt = performance.now();
const queue = [...selected];
let missed = 0;
const stores = selected.some(({ foundBy }) => foundBy.test) ? await startStores() : undefined;
const folder = await mkdtemp(join(tmpdir(), 'crossroads-mutants-'));
try {
  await Promise.all(Array.from({ length: Number(values.jobs) }, (_, job) => work(job)));
} finally {
  await stores?.end();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${selected.length - missed} of ${selected.length} detected, in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
process.exitCode = missed > 0 ? 1 : 0;

async function work(job) {
  const libs = join(folder, String(job), 'node_modules');
  let mutant;
  while ((mutant = queue.shift())) {
    const { number, rule, foundBy } = mutant;
    const runStartedAt = performance.now();
    const { detected, details } = foundBy.model ? await byModel(mutant, libs) : await byTest(mutant);
    const seconds = Math.round((performance.now() - runStartedAt) / 1_000);
    console.log(`${detected ? 'detected' : 'MISSED  '}  ${String(number).padStart(2)}  ${rule}  (${details}, ${seconds} s)`);
    if (!detected) missed += 1;
  }
}

async function byTest({ file, from, to, foundBy: { test, title } }) {
  const setup = resolve('tests/mutants/stores-running.cjs');
  const args = ['node_modules/jest/bin/jest.js', '--runInBand', '--globalSetup', setup, '--globalTeardown', setup, ...(title ? ['-t', title] : []), test];
  const env = { ...process.env, ...stores?.env, MUTANT_FILE: file, MUTANT_FROM: from, MUTANT_TO: to };
  const { output } = await run(process.execPath, args, { env });
  const failed = /Tests:\s+(\d+) failed/.exec(output);
  return { detected: failed !== null, details: `${test}: ${failed ? `${failed[1]} failed` : lastLineOf(output)}` };
}

/** Changes a copy of the compiled packages and runs the model with the copy. */
async function byModel({ file, from, to }, libs) {
  const scope = join(libs, '@crossroads');
  await rm(libs, { recursive: true, force: true });
  for (const path of ['libs/saga', 'libs/order-reset', 'libs/contract', 'libs/testkit', 'tools/model']) {
    const copy = join(scope, basename(path));
    await mkdir(copy, { recursive: true });
    for (const part of ['package.json', 'dist']) await cp(join(path, part), join(copy, part), { recursive: true });
  }
  for (const name of await readdir('node_modules')) {
    if (name !== '@crossroads' && !name.startsWith('.')) await symlink(await realpath(join('node_modules', name)), join(libs, name));
  }
  const [, lib, path] = /^libs\/([^/]+)\/src\/(.+)\.ts$/.exec(file);
  const compiled = join(scope, lib, 'dist', `${path}.js`);
  const source = await readFile(compiled, 'utf8');
  if (source.split(from).length !== 2) return { detected: false, details: `${compiled} does not contain the text exactly once` };
  await writeFile(compiled, source.replace(from, () => to));
  const { code, output } = await run(process.execPath, [join(scope, 'model/dist/main.js'), '--schedules', schedules], {});
  const seed = /seed \d+: .*/.exec(output);
  return { detected: code === 1 && seed !== null, details: seed ? `model, ${seed[0].slice(0, 120)}` : lastLineOf(output) };
}

function run(command, args, options) {
  return new Promise((done) => {
    execFile(command, args, { ...options, encoding: 'utf8', maxBuffer: 1 << 26, timeout: longestMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => done({ code: error ? (error.code ?? 1) : 0, output: [stdout, stderr].join('\n') }));
  });
}

function lastLineOf(output) {
  return output.trim().split('\n').at(-1);
}

async function startStores() {
  const data = await mkdtemp(join(tmpdir(), 'crossroads-mutants-stores-'));
  const { REDIS_URL: _redis, MONGODB_URI: _mongodb, ...env } = process.env;
  const child = spawn(process.execPath, ['apps/sandbox/dist/stores/main.js', '--data', data], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { redis_url, mongodb_uri, mongodb_pid } = JSON.parse(line);
  return {
    env: { TEST_REDIS_URL: redis_url, TEST_MONGODB_URI: mongodb_uri, TEST_MONGODB_PID: String(mongodb_pid) },
    async end() {
      child.stdin.end();
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}
