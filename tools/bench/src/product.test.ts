import { afterEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@crossroads/testkit';
import { roles, startProduct } from './harness/product.js';
import type { JudgedSpread } from './targets.js';

interface ProcessSeen {
  pid: number;
  parent: number;
  /** A zombie has ended, but its parent has not taken notice. */
  hasEnded: boolean;
}

const processes = async (): Promise<ProcessSeen[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)));
  return stats.flatMap((stat, index) => {
    if (stat === undefined) return [];
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: pids[index]!, parent: Number(parent), hasEnded: state === 'Z' || state === 'X' }];
  });
};

/** Returns the pids of the running processes below a process. */
const descendantsOf = async (pid: number): Promise<number[]> => {
  const all = (await processes()).filter(({ hasEnded }) => !hasEnded);
  const below = (parent: number): number[] => all.filter((each) => each.parent === parent).flatMap((each) => [each.pid, ...below(each.pid)]);
  return below(pid);
};

const stillRunning = async (pids: Iterable<number>): Promise<number[]> => {
  const running = new Set((await processes()).filter(({ hasEnded }) => !hasEnded).map(({ pid }) => pid));
  return [...pids].filter((pid) => running.has(pid));
};

/** Supervisor, two workers, and one process of each other role. */
const processesOfProduct = roles.length + 1;

/** Processes to end when a test fails before they have ended. With SIGTERM, the supervisor and the benchmark end their children. */
const started: number[] = [];

afterEach(async () => {
  for (const pid of await stillRunning(started.splice(0))) process.kill(pid, 'SIGTERM');
});

/** Runs the benchmark with a temporary folder of its own. `seen` collects every process that it starts. */
const runBench = async (args: string[]) => {
  const temporary = await mkdtemp(join(tmpdir(), 'bench-'));
  const child = spawn(process.execPath, ['--enable-source-maps', 'tools/bench/dist/main.js', ...args], { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child.pid!);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const seen = new Set<number>();
  const look = async (): Promise<number> => {
    for (const pid of await descendantsOf(child.pid!)) seen.add(pid);
    return seen.size;
  };
  return {
    child,
    ended,
    seen,
    look,
    output: () => output,
    errors: () => errors,
    /** Returns what the run has left in its temporary folder, and removes the folder. */
    async leftOver() {
      const names = await readdir(temporary);
      await rm(temporary, { recursive: true, force: true });
      return names;
    },
  };
};

test('the product that the benchmark starts names each of its processes, and ends them all', async () => {
  const product = await startProduct();
  const pids = Object.values(product.pids).flat();
  const [supervisor] = product.pids.supervisor;
  started.push(supervisor!);
  expect(new Set(pids)).toEqual(new Set([supervisor!, ...(await descendantsOf(supervisor!))]));
  expect(pids).toHaveLength(processesOfProduct);
  await product.end();
  await product.end();
  await eventually(async () => (await stillRunning(pids)).length === 0, 60_000, 100);
}, 120_000);

test('a quick run measures every load of the product, and ends every process', async () => {
  const bench = await runBench(['product', '--quick', '--json']);
  // The callers are one more process.
  await eventually(async () => (await bench.look()) >= processesOfProduct + 1, 90_000, 100);
  expect([await bench.ended.then(([code]) => code), bench.errors()]).toEqual([0, '']);
  const figures = JSON.parse(bench.output()) as Record<string, JudgedSpread>;
  const cpu = ['cpu_ms', ...roles.map((role) => `cpu_ms_${role}`)];
  const load = [...cpu, 'per_s', 'pending_p50_ms', 'pending_p95_ms', 'ended_p50_ms', 'ended_p95_ms', 'stored_bytes', 'stored_bytes_sagas', 'stored_bytes_crossroads_logs'];
  const steady = [...load, 'outcome_p50_ms', 'outcome_p95_ms'];
  const expected = Object.entries({ idle: [...cpu, 'other_cpu_ms'], at_5: steady, at_50: steady, at_200: steady, flat_out: load }).flatMap(([name, keys]) => keys.map((key) => `product.${name}.${key}`));
  expect(Object.keys(figures)).toEqual(expect.arrayContaining(expected));
  expect(Object.entries(figures).filter(([key, { median }]) => !(median > 0) && !key.includes('.cpu_ms'))).toEqual([]);
  expect(Object.entries(figures).filter(([, { target, is_met }]) => (target === undefined) !== (is_met === undefined))).toEqual([]);
  for (const name of ['at_5', 'at_50', 'at_200', 'flat_out']) {
    const sum = roles.reduce((ms, role) => ms + figures[`product.${name}.cpu_ms_${role}`]!.median, 0);
    expect(figures[`product.${name}.cpu_ms`]!.median).toBeCloseTo(sum);
  }
  await eventually(async () => (await stillRunning(bench.seen)).length === 0, 60_000, 100);
  await eventually(async () => (await bench.leftOver()).length === 0, 10_000, 100);
}, 240_000);

test('a benchmark that is stopped ends every process of the product and removes its data', async () => {
  const bench = await runBench(['product', '--quick']);
  await eventually(async () => (await bench.look()) >= processesOfProduct + 1, 90_000, 100);
  bench.child.kill('SIGTERM');
  expect(await bench.ended.then(([code]) => code)).toBe(1);
  await eventually(async () => (await stillRunning(bench.seen)).length === 0, 60_000, 100);
  await eventually(async () => (await bench.leftOver()).length === 0, 10_000, 100);
}, 180_000);
