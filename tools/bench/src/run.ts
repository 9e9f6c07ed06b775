import { startPair } from './baselines/pair.js';
import { inBudget } from './budget.js';
import type { Plan } from './plan.js';
import type { Figures } from './report/rounds.js';
import { drainBaseline, drainReal, templatesOf } from './rows/drain.js';
import { endToEnd } from './rows/end-to-end.js';
import { takeIn } from './rows/intake.js';
import { asked, heard, runOwn } from './world/child.js';
import type { Fixture, World } from './world/world.js';

export type Part = 'intake' | 'drain' | 'e2e';

export interface Run {
  world: World;
  plan: Plan;
  say(line: string): void;
  /** Further arguments of the workers' node, for a profile. */
  workerArgs: string[];
}

/** What one accepted reset costs at the door, before any worker is there to share the machine with. */
export const measureIntake = async ({ world, plan, say }: Run, figures: Figures): Promise<void> => {
  const fixture = await world.fixture('bench_intake');
  const url = await world.startIntake(fixture);
  const bare = runOwn('floors/bare-express-process.js');
  world.children.push(bare);
  const baselineUrl = `${(await heard<{ url: string }>(bare, 'ready')).url}/v1/order/reset`;
  await world.bullmqQueue.pause();
  const pair = async (seconds: number) => {
    const real = await takeIn(world, fixture, url, seconds, 300);
    // Nobody answers these bells; left hanging they would be answered by the next row's workers.
    await world.bullmqQueue.drain(true);
    return { real, baseline: await takeIn(world, fixture, baselineUrl, seconds, 300) };
  };
  // Both are warm before either counts.
  await pair(1.5);
  await inBudget(plan.intakeRounds, plan.budgetMs.intake, say, async () => {
    const { real, baseline } = await pair(plan.seconds);
    say(`intake: ${Math.round(real.perS)} of ${Math.round(baseline.perS)}/s`);
    figures.add({
      'intake.per_s': real.perS,
      'intake.bare_express_per_s': baseline.perS,
      'intake.ratio_bare_express': real.perS / baseline.perS,
      'intake.p50_ms': real.p50,
      'intake.p99_ms': real.p99,
      'intake.bare_express_p50_ms': baseline.p50,
      'intake.bare_express_p99_ms': baseline.p99,
    });
  });
  await world.bullmqQueue.resume();
  await Promise.all(world.children.splice(1).map((child) => child.end()));
};

/** What workers and floors need before either can be measured; the workers are warm by then. */
export const startWorking = async ({ world, plan, workerArgs }: Run) => {
  const real = await world.fixture('bench_real');
  const baseline = await world.fixture('bench_floor');
  const workers = await world.startWorkers(real, workerArgs);
  await drainReal(world, real, workers, Math.min(1_000, plan.drain));
  return { real, baseline, workers, templates: await templatesOf(real) };
};

type Working = Awaited<ReturnType<typeof startWorking>>;

export const measureDrain = async ({ world, plan, say }: Run, { real, baseline, workers, templates }: Working, figures: Figures): Promise<void> => {
  const pair = await startPair(baseline.uri, world.stores.redisUrl, world.children);
  const onBaseline = (name: Parameters<typeof drainBaseline>[3], count: number) => drainBaseline(world, baseline, pair, name, count, templates);
  await onBaseline('batched', Math.min(1_000, plan.drain));
  await onBaseline('fiveJobs', 100);
  let slowest = Infinity;
  const leftMs = await inBudget(plan.rounds, plan.budgetMs.drain, say, async (round) => {
    const batched = await onBaseline('batched', plan.drain);
    const ours = await drainReal(world, real, workers, plan.drain);
    const five = await onBaseline('fiveJobs', plan.slowBaselines);
    const unbatched = await onBaseline('unbatched', plan.slowBaselines);
    const noop = await onBaseline('noopJobs', plan.drain);
    say(`drain, round ${round}: ${Math.round(ours.perS)} sagas/s; batched ${Math.round(batched.perS)}, unbatched ${Math.round(unbatched.perS)}, five jobs ${Math.round(five.perS)}, no-op ${Math.round(noop.perS)}`);
    figures.add({
      'drain.sagas_per_s': ours.perS,
      'drain.floor_batched_per_s': batched.perS,
      'drain.floor_unbatched_per_s': unbatched.perS,
      'drain.five_jobs_per_s': five.perS,
      'drain.noop_jobs_per_s': noop.perS,
      'drain.ratio_floor_batched': ours.perS / batched.perS,
      'drain.ratio_floor_unbatched': ours.perS / unbatched.perS,
      'drain.ratio_five_jobs': ours.perS / five.perS,
      'drain.ratio_noop_jobs': ours.perS / noop.perS,
      'drain.cpu_ms_per_saga': ours.cpuMs,
      'drain.floor_batched_cpu_ms': batched.cpuMs,
      'drain.cpu_ratio_floor_batched': ours.cpuMs / batched.cpuMs,
    });
    slowest = Math.min(slowest, ours.perS);
  });
  if (plan.longDrain === 0) return;
  // Twice through, and as long again for filling the stores.
  if ((2 * 2 * plan.longDrain * 1_000) / slowest > leftMs) return say(`The drain of ${plan.longDrain} is left out: the machine is too busy for it in the time there is.`);
  const ours = await drainReal(world, real, workers, plan.longDrain);
  const batched = await onBaseline('batched', plan.longDrain);
  say(`drain of ${plan.longDrain}: ${Math.round(ours.perS)} sagas/s; batched ${Math.round(batched.perS)}`);
  figures.add({
    'drain20k.sagas_per_s': ours.perS,
    'drain20k.floor_batched_per_s': batched.perS,
    'drain20k.ratio_floor_batched': ours.perS / batched.perS,
    'drain20k.cpu_ms_per_saga': ours.cpuMs,
    'drain20k.floor_batched_cpu_ms': batched.cpuMs,
    'drain20k.cpu_ratio_floor_batched': ours.cpuMs / batched.cpuMs,
  });
};

export const measureEndToEnd = async ({ world, plan, say }: Run, { real, baseline, templates }: Working, figures: Figures): Promise<void> => {
  const url = await world.startIntake(real);
  const inline = runOwn('floors/inline-process.js', { BENCH_MONGODB_URI: baseline.uri });
  world.children.push(inline);
  await heard(inline, 'ready');
  const told = await asked<{ url: string }>(inline, { kind: 'begin', templates, all: baseline.companies.all });
  const inlineUrl = `${told.url}/v1/order/reset`;
  const measure = (fixture: Fixture, to: string, perS: number, seconds: number) => endToEnd(world, fixture, to, perS, Math.round(perS * seconds));
  // Both are warm before either counts.
  await measure(baseline, inlineUrl, 100, 1);
  await measure(real, url, 100, 1);
  await inBudget(plan.rounds, plan.budgetMs.e2e, say, async (round) => {
    for (const [prefix, perS, seconds] of [['e2e', 50, plan.endToEndSeconds], ['e2e200', 200, plan.endToEndSeconds / 2]] as const) {
      const ours = await measure(real, url, perS, seconds);
      const below = await measure(baseline, inlineUrl, perS, seconds);
      say(`end to end at ${perS}/s, round ${round}: p50 ${ours.p50.toFixed(1)} ms, inline ${below.p50.toFixed(1)} ms`);
      figures.add({
        [`${prefix}.p50_ms`]: ours.p50,
        [`${prefix}.p99_ms`]: ours.p99,
        [`${prefix}.inline_p50_ms`]: below.p50,
        [`${prefix}.inline_p99_ms`]: below.p99,
        [`${prefix}.p50_ratio_inline`]: ours.p50 / below.p50,
      });
    }
  });
};
