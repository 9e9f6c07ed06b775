import { collectDefaultMetrics, Counter as PromCounter, Gauge, Histogram as PromHistogram, Registry } from 'prom-client';
import type { Page } from '../probes.js';

type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Counter<L extends string> {
  inc(labels: Labels<L>, by?: number): void;
}

export interface Histogram<L extends string> {
  observe(labels: Labels<L>, seconds: number): void;
}

/** Labels are few and their values bounded: never a tenant, an order or an id, each of which would be a series for ever. */
export interface MetricInfo<L extends string> {
  name: string;
  help: string;
  labels?: readonly L[];
}

export interface DescribedMetric extends MetricInfo<string> {
  kind: 'counter' | 'gauge' | 'histogram';
}

export interface Metrics {
  counter<L extends string = never>(metadata: MetricInfo<L>): Counter<L>;
  /** Of seconds. */
  histogram<L extends string = never>(metadata: MetricInfo<L> & { buckets: readonly number[] }): Histogram<L>;
  /** Looked up when somebody asks. What cannot be known then is left out, so that an outage does not read as zero. */
  gauge<L extends string = never>(metadata: MetricInfo<L>, look: () => Reading<L>[] | Promise<Reading<L>[]>): void;
  /** What was declared, for docs/metrics.md. */
  described(): readonly DescribedMetric[];
  /** All of it, as Prometheus reads it. */
  page: Page;
}

export type Reading<L extends string> = readonly [labels: Labels<L>, value: number];

/** Milliseconds a gauge may look; Prometheus gives up after ten seconds, and would lose all the rest with it. */
const lookForMs = 2_000;

/** The metrics of one process. Counting costs half a microsecond; whatever costs more is done only when somebody asks. */
export const openMetrics = (): Metrics => {
  const registry = new Registry();
  const described: DescribedMetric[] = [];
  let asked = false;

  const options = <L extends string>(kind: DescribedMetric['kind'], { name, help, labels = [] }: MetricInfo<L>) => {
    described.push({ kind, name, help, labels });
    return { name, help, labelNames: [...labels], registers: [registry] };
  };

  return {
    counter(metadata) {
      const counter = new PromCounter(options('counter', metadata));
      // So that a rate can be taken of the first one as well.
      if (!metadata.labels) counter.inc(0);
      return counter;
    },
    histogram: ({ buckets, ...metadata }) => new PromHistogram({ ...options('histogram', metadata), buckets: [...buckets] }),
    gauge(metadata, look) {
      const gauge: Gauge = new Gauge({
        ...options('gauge', metadata),
        async collect() {
          const readings = await inTime(async () => look()).catch(() => []);
          // Without labels, `reset` would set it to zero.
          if (metadata.labels) gauge.reset();
          else gauge.remove();
          for (const [labels, value] of readings) gauge.set(labels, value);
        },
      });
    },
    described: () => described,
    async page() {
      // They watch the event loop and the garbage collector from here on, at a cost that only who asks shall bear.
      if (!asked) collectDefaultMetrics({ register: registry });
      asked = true;
      return { type: registry.contentType, body: await registry.metrics() };
    },
  };
};

const inTime = async <T>(look: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), lookForMs);
  });
  return Promise.race([look(), late]).finally(() => clearTimeout(timer));
};
