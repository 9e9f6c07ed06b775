import { startBaselineWorkers } from './baselines/baseline-workers.js';
import type { Fixture, Harness } from './harness/harness.js';
import { forkProcess, nextMessage, request } from './harness/processes.js';
import type { Figures } from './rounds.js';
import { inBudget } from './rounds.js';
import { drainBaseline, drainReal, templatesOf } from './rows/drain.js';
import { endToEnd, measureRequests } from './rows/http.js';

/** Rounds and sizes of a run. */
export interface Plan {
  rounds: number;
  /** Many short rounds: the speed of the machine changes within seconds, and a ratio is taken within one round. */
  intakeRounds: number;
  /** Sagas per round. The slow baselines get fewer, since only the rate counts. */
  drain: number;
  slowBaselines: number;
  /** Seconds of each load on the intake alone. */
  seconds: number;
  /** Seconds of each load on the whole system. */
  endToEndSeconds: number;
  /** Milliseconds for the rounds of each part; on a busy machine there are fewer rounds. */
  budgetMs: { intake: number; e2e: number; drain: number };
}

export const fullPlan: Plan = { rounds: 3, intakeRounds: 6, drain: 2_000, slowBaselines: 600, seconds: 1.2, endToEndSeconds: 5, budgetMs: { intake: 34_000, e2e: 45_000, drain: 110_000 } };

export const quickPlan: Plan = { rounds: 2, intakeRounds: 2, drain: 500, slowBaselines: 200, seconds: 1, endToEndSeconds: 2, budgetMs: { intake: 7_000, e2e: 12_000, drain: 15_000 } };

export interface Run {
  harness: Harness;
  plan: Plan;
  print(line: string): void;
  /** Additional Node arguments of the workers, for a profile. */
  workerArgs: string[];
}

/** Measures the intake while no worker uses the machine. */
export const measureIntake = async ({ harness, plan, print }: Run, figures: Figures): Promise<void> => {
  const fixture = await harness.fixture('bench_intake');
  const url = await harness.startIntake(fixture);
  const bare = forkProcess('baselines/bare-express-process.js');
  harness.children.push(bare);
  const baselineUrl = `${(await nextMessage<{ url: string }>(bare, 'ready')).url}/v1/order/reset`;
  await harness.bullmqQueue.pause();
  const pair = async (seconds: number) => {
    const real = await measureRequests(harness, fixture, url, seconds, 300);
    // No worker runs now. Without this, the workers of the next measurement would process these jobs.
    await harness.bullmqQueue.drain(true);
    return { real, baseline: await measureRequests(harness, fixture, baselineUrl, seconds, 300) };
  };
  // Warm both up before the first round.
  await pair(1.5);
  await inBudget(plan.intakeRounds, plan.budgetMs.intake, print, async () => {
    const { real, baseline } = await pair(plan.seconds);
    print(`intake: ${Math.round(real.perS)} of ${Math.round(baseline.perS)}/s`);
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
  await harness.bullmqQueue.resume();
  await Promise.all(harness.children.splice(1).map((child) => child.end()));
};

/** Starts and warms up the workers, and prepares the baselines. */
export const startWorking = async ({ harness, plan, workerArgs }: Run) => {
  const real = await harness.fixture('bench_real');
  const baseline = await harness.fixture('bench_baseline');
  const workers = await harness.startWorkers(real, workerArgs);
  await drainReal(harness, real, workers, Math.min(1_000, plan.drain));
  return { real, baseline, workers, templates: await templatesOf(real) };
};

type Working = Awaited<ReturnType<typeof startWorking>>;

export const measureDrain = async ({ harness, plan, print }: Run, { real, baseline, workers, templates }: Working, figures: Figures): Promise<void> => {
  const pair = await startBaselineWorkers({ mongodbUri: baseline.uri, redisUrl: harness.stores.redisUrl, destination: harness.loadGenerator.sinkUrl }, harness.children);
  const onBaseline = (name: Parameters<typeof drainBaseline>[3], count: number) => drainBaseline(harness, baseline, pair, name, count, templates);
  await onBaseline('batched', Math.min(1_000, plan.drain));
  for (const name of ['fiveJobs', 'plainJob', 'minimum'] as const) await onBaseline(name, 100);
  await inBudget(plan.rounds, plan.budgetMs.drain, print, async (round) => {
    const batched = await onBaseline('batched', plan.drain);
    const ours = await drainReal(harness, real, workers, plan.drain);
    const minimum = await onBaseline('minimum', plan.drain);
    const plain = await onBaseline('plainJob', plan.slowBaselines);
    const five = await onBaseline('fiveJobs', plan.slowBaselines);
    const unbatched = await onBaseline('unbatched', plan.slowBaselines);
    const noop = await onBaseline('noopJobs', plan.drain);
    print(`drain, round ${round}: ${Math.round(ours.perS)} sagas/s; minimum ${Math.round(minimum.perS)}, plain job ${Math.round(plain.perS)}, batched ${Math.round(batched.perS)}, unbatched ${Math.round(unbatched.perS)}, five jobs ${Math.round(five.perS)}, no-op ${Math.round(noop.perS)}`);
    figures.add({
      'drain.sagas_per_s': ours.perS,
      'drain.minimum_per_s': minimum.perS,
      'drain.plain_job_per_s': plain.perS,
      'drain.baseline_batched_per_s': batched.perS,
      'drain.baseline_unbatched_per_s': unbatched.perS,
      'drain.five_jobs_per_s': five.perS,
      'drain.noop_jobs_per_s': noop.perS,
      'drain.ratio_minimum': ours.perS / minimum.perS,
      'drain.ratio_plain_job': ours.perS / plain.perS,
      'drain.ratio_baseline_batched': ours.perS / batched.perS,
      'drain.ratio_baseline_unbatched': ours.perS / unbatched.perS,
      'drain.ratio_five_jobs': ours.perS / five.perS,
      'drain.ratio_noop_jobs': ours.perS / noop.perS,
      'drain.cpu_ms_per_saga': ours.cpuMs,
      'drain.baseline_batched_cpu_ms': batched.cpuMs,
      'drain.cpu_ratio_baseline_batched': ours.cpuMs / batched.cpuMs,
      'drain.minimum_cpu_ms': minimum.cpuMs,
      'drain.cpu_ratio_minimum': ours.cpuMs / minimum.cpuMs,
      'drain.plain_job_cpu_ms': plain.cpuMs,
      'drain.cpu_ratio_plain_job': ours.cpuMs / plain.cpuMs,
    });
  });
};

export const measureEndToEnd = async ({ harness, plan, print }: Run, { real, baseline, templates }: Working, figures: Figures): Promise<void> => {
  const url = await harness.startIntake(real);
  const inline = forkProcess('baselines/inline-process.js', { BENCH_MONGODB_URI: baseline.uri });
  harness.children.push(inline);
  await nextMessage(inline, 'ready');
  const ready = await request<{ url: string }>(inline, { kind: 'begin', templates, all: baseline.companies.all });
  const inlineUrl = `${ready.url}/v1/order/reset`;
  const measure = (fixture: Fixture, to: string, perS: number, seconds: number) => endToEnd(harness, fixture, to, perS, Math.round(perS * seconds));
  // Warm both up before the first round.
  await measure(baseline, inlineUrl, 100, 1);
  await measure(real, url, 100, 1);
  await inBudget(plan.rounds, plan.budgetMs.e2e, print, async (round) => {
    for (const [prefix, perS, seconds] of [['e2e', 50, plan.endToEndSeconds], ['e2e200', 200, plan.endToEndSeconds / 2]] as const) {
      const ours = await measure(real, url, perS, seconds);
      const below = await measure(baseline, inlineUrl, perS, seconds);
      print(`end to end at ${perS}/s, round ${round}: p50 ${ours.p50.toFixed(1)} ms, inline ${below.p50.toFixed(1)} ms`);
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
