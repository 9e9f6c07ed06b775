import type { ProductOptions } from './harness/product.js';
import { startProduct } from './harness/product.js';
import type { Child } from './harness/processes.js';
import { withProfiles } from './harness/profiles.js';
import { startLoadGenerator } from './load/generator.js';
import type { ResetLoad } from './load/resets.js';
import type { Figures } from './rounds.js';
import { inBudget } from './rounds.js';
import { measureIdle, measureLoad } from './rows/product.js';

/** Loads and lengths of the product part. */
export interface ProductPlan {
  rounds: number;
  /** Resets before the first round. */
  warmUp: number;
  /** Seconds without load at the start of each round. */
  idleSeconds: number;
  /** Load of each row, by the name of its figures. */
  loads: Readonly<Record<string, ResetLoad>>;
  /** Milliseconds for all rounds; on a busy machine there are fewer. */
  budgetMs: number;
}

const steady = (perS: number, seconds: number): ResetLoad => ({ perS, count: perS * seconds });

/** Callers that send all at once. */
const connections = 64;

export const fullProductPlan: ProductPlan = {
  rounds: 3,
  warmUp: 1_000,
  idleSeconds: 10,
  loads: { at_5: steady(5, 12), at_50: steady(50, 8), at_200: steady(200, 5), flat_out: { connections, count: 2_000 } },
  budgetMs: 200_000,
};

export const quickProductPlan: ProductPlan = {
  rounds: 1,
  warmUp: 100,
  idleSeconds: 1,
  loads: { at_5: steady(5, 2), at_50: steady(50, 2), at_200: steady(200, 1), flat_out: { connections, count: 300 } },
  budgetMs: 30_000,
};

export interface ProductRun extends ProductOptions {
  plan: ProductPlan;
  print(line: string): void;
}

/** Milliseconds of CPU per second of other processes from which on the machine is not quiet. */
const busyMs = 100;

/** Measures the product from outside: HTTP in, outcome out. Starts all of its processes and ends them. */
export const measureProduct = async ({ plan, print, ...options }: ProductRun, figures: Figures): Promise<void> => {
  const { profiles, onSpawn } = options;
  const children: Child[] = [];
  const endAll = async (endProduct: () => Promise<void>): Promise<void> => {
    await Promise.all(children.map((child) => child.end()));
    await endProduct();
  };
  const product = await startProduct({ profiles, onSpawn: (endProduct) => onSpawn?.(() => endAll(endProduct)) });
  try {
    const generator = await startLoadGenerator(children);
    let from = 0;
    const measure = (load: ResetLoad) => {
      const first = from;
      from += load.count;
      return measureLoad(product, generator, first, load);
    };
    await measure({ connections, count: plan.warmUp });
    const add = (name: string, measured: Record<string, number>) => figures.add(Object.fromEntries(Object.entries(measured).map(([figure, value]) => [`product.${name}.${figure}`, value])));
    await inBudget(plan.rounds, plan.budgetMs, print, async (round) => {
      const profiled = <T>(name: string, work: () => Promise<T>) => (profiles === undefined ? work() : withProfiles(product, profiles, `${name}-round-${round}`, work));
      const idle = await profiled('idle', () => measureIdle(product, plan.idleSeconds));
      add('idle', idle);
      if (idle['other_cpu_ms']! > busyMs) print(`Other processes use ${idle['other_cpu_ms']!.toFixed(0)} ms of CPU a second. Times and rates of this round mean little.`);
      print(`product, round ${round}: idle ${idle['cpu_ms']!.toFixed(1)} ms of CPU a second`);
      for (const [name, load] of Object.entries(plan.loads)) {
        const measured = await profiled(name, () => measure(load));
        add(name, measured);
        print(`product, round ${round}, ${name.replace('_', ' ')}: ${measured['per_s']!.toFixed(0)}/s, ${measured['cpu_ms']!.toFixed(2)} ms of CPU a reset, accepted → ended ${measured['ended_p50_ms']!.toFixed(0)} ms`);
      }
    });
  } finally {
    await endAll(product.end);
  }
};
