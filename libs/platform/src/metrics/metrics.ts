import { collectDefaultMetrics, Counter as PromCounter, Gauge, Histogram as PromHistogram, Registry } from 'prom-client';
import type { Page } from '../probes.js';

type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Counter<L extends string> {
  inc(labels: Labels<L>, by?: number): void;
}

export interface Histogram<L extends string> {
  observe(labels: Labels<L>, seconds: number): void;
}

/** Labels must have few values: never a tenant, an order or an id, because each value is a permanent series. */
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
  /** Declares a histogram of seconds. */
  histogram<L extends string = never>(metadata: MetricInfo<L> & { buckets: readonly number[] }): Histogram<L>;
  /** Declares a gauge that is read at each scrape. Omits values that cannot be read, so that an outage does not show as zero. */
  gauge<L extends string = never>(metadata: MetricInfo<L>, readValues: () => Reading<L>[] | Promise<Reading<L>[]>): void;
  /** Returns the declared metrics, for docs/metrics.md. */
  described(): readonly DescribedMetric[];
  /** The page that Prometheus scrapes. */
  page: Page;
}

export type Reading<L extends string> = readonly [labels: Labels<L>, value: number];

/** Milliseconds for reading a gauge. Prometheus cancels a scrape after ten seconds, and then loses all other metrics too. */
const readTimeoutMs = 2_000;

/** Creates the metrics of one process. Counting takes half a microsecond; more expensive work is done at a scrape. */
export const openMetrics = (): Metrics => {
  const registry = new Registry();
  const described: DescribedMetric[] = [];
  let hasDefaultMetrics = false;

  const options = <L extends string>(kind: DescribedMetric['kind'], { name, help, labels = [] }: MetricInfo<L>) => {
    described.push({ kind, name, help, labels });
    return { name, help, labelNames: [...labels], registers: [registry] };
  };

  return {
    counter(metadata) {
      const counter = new PromCounter(options('counter', metadata));
      // Starts the series at zero. Without this, a rate would miss the first event.
      if (!metadata.labels) counter.inc(0);
      return counter;
    },
    histogram: ({ buckets, ...metadata }) => new PromHistogram({ ...options('histogram', metadata), buckets: [...buckets] }),
    gauge(metadata, readValues) {
      const gauge: Gauge = new Gauge({
        ...options('gauge', metadata),
        async collect() {
          const readings = await withTimeout(async () => readValues()).catch(() => []);
          // Without labels, `reset` would set the value to zero.
          if (metadata.labels) gauge.reset();
          else gauge.remove();
          for (const [labels, value] of readings) gauge.set(labels, value);
        },
      });
    },
    described: () => described,
    async page() {
      // The default metrics observe the event loop and the garbage collector. A process that is never scraped must not pay for that.
      if (!hasDefaultMetrics) collectDefaultMetrics({ register: registry });
      hasDefaultMetrics = true;
      return { type: registry.contentType, body: await registry.metrics() };
    },
  };
};

/** Rejects if `read` takes longer than the limit. */
const withTimeout = async <T>(read: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), readTimeoutMs);
  });
  return Promise.race([read(), timeout]).finally(() => clearTimeout(timer));
};
