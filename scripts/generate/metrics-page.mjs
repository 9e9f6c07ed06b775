/** Generates the page of all metrics that the apps declare. */
export const metricsPage = {
  path: 'docs/metrics.md',
  print: async () => {
    const { openMetrics } = await import('../../libs/platform/dist/index.js');
    const { intakeMetrics } = await import('../../apps/intake/dist/intake.js');
    const { workerMetrics } = await import('../../apps/worker/dist/metrics.js');
    const { opsMetrics } = await import('../../apps/ops/dist/metrics.js');
    const declared = Object.entries({ intake: intakeMetrics, worker: workerMetrics, ops: opsMetrics }).flatMap(([app, declare]) => {
      const metrics = openMetrics();
      // Only the declarations are needed, so these functions are never called.
      declare(metrics, {});
      return metrics.described().map((metric) => ({ app, ...metric }));
    });
    const names = [...new Set(declared.map(({ name }) => name))].sort();
    const rows = names.map((name) => row(declared.filter((metric) => metric.name === name)));
    return `${[...heading, ...rows, '', ...closing].join('\n')}\n`;
  },
};

const heading = [
  '# Metrics',
  '',
  'Printed from the code by `npm run generate`. How to scrape them, and what alerts there are: [observing.md](observing.md).',
  '',
  '| metric | kind | labels | from | what |',
  '|---|---|---|---|---|',
];

const closing = [
  'No label has a tenant, an order or an id. A histogram `x` is scraped as `x_bucket`, `x_sum` and `x_count`. Each process also exports the metrics that all Node.js processes use:',
  '`nodejs_eventloop_lag_p99_seconds`, `nodejs_heap_size_used_bytes`, `nodejs_gc_duration_seconds`, `process_cpu_seconds_total`, `process_resident_memory_bytes` and more.',
];

const row = (declared) => {
  const [{ name, kind, labels, help }] = declared;
  return `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${declared.map(({ app }) => app).join(', ')} | ${help} |`;
};
