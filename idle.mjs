import { openWorld } from './bench/dist/world/world.js';
import { startWorking } from './bench/dist/run.js';
import { cpuSeconds } from './bench/dist/world/usage.js';
import { endToEnd } from './bench/dist/rows/end-to-end.js';
const world = await openWorld();
try {
  const { real, workers } = await startWorking({ world, plan: { drain: 300 }, say: console.error, workerArgs: process.argv[2] ? ['--cpu-prof', `--cpu-prof-dir=${process.argv[2]}`] : [] });
  const url = await world.startIntake(real); const intake = world.children.at(-1);
  const pids = { intake: intake.pid, w1: workers[0].pid, w2: workers[1].pid, redis: world.stores.redisPid, mongo: world.stores.mongodbPid, out: world.outside.pid };
  const see = async (name, f) => { const c0 = Object.values(pids).map(p => cpuSeconds([p])), b = performance.now(); await f(); const s = (performance.now() - b) / 1000; console.log(name.padEnd(10), Object.keys(pids).map((k, i) => `${k} ${((cpuSeconds([Object.values(pids)[i]]) - c0[i]) * 100 / s).toFixed(1)}%`).join(' ')); };
  await see('idle', () => new Promise(r => setTimeout(r, 4000)));
  for (const rate of process.argv[2] ? [50, 50, 50] : [10, 10, 20]) await see(`${rate}/s`, () => endToEnd(world, real, url, rate, rate * 4));
} finally { await world.end(); }
