import { roles } from './harness/product.js';
import type { Spread } from './rounds.js';
import { isMet, targets, textOf } from './targets.js';

interface Row {
  name: string;
  figure: string;
  unit: string;
  baseline?: string;
  baselineName?: string;
  ratio?: string;
}

const rows: readonly Row[] = [
  { name: 'product flat out, CPU', figure: 'product.flat_out.cpu_ms', unit: 'ms/reset' },
  { name: 'product flat out', figure: 'product.flat_out.per_s', unit: 'resets/s' },
  { name: 'product at 50/s, CPU', figure: 'product.at_50.cpu_ms', unit: 'ms/reset' },
  { name: 'product at 50/s, accepted → ended, p50', figure: 'product.at_50.ended_p50_ms', unit: 'ms' },
  { name: 'product at 50/s, POST → outcome, p50', figure: 'product.at_50.outcome_p50_ms', unit: 'ms' },
  { name: 'product at 50/s, POST → outcome, p95', figure: 'product.at_50.outcome_p95_ms', unit: 'ms' },
  { name: 'product at 5/s, accepted → ended, p50', figure: 'product.at_5.ended_p50_ms', unit: 'ms' },
  { name: 'product at 5/s, POST → outcome, p50', figure: 'product.at_5.outcome_p50_ms', unit: 'ms' },
  { name: 'product at 200/s, POST → outcome, p95', figure: 'product.at_200.outcome_p95_ms', unit: 'ms' },
  { name: 'product, stored', figure: 'product.flat_out.stored_bytes', unit: 'bytes/reset' },
  { name: 'product idle, CPU', figure: 'product.idle.cpu_ms', unit: 'ms/s' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.minimum_per_s', baselineName: 'minimum', ratio: 'drain.ratio_minimum' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.plain_job_per_s', baselineName: 'plain job', ratio: 'drain.ratio_plain_job' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.baseline_batched_per_s', baselineName: 'same writes, batched', ratio: 'drain.ratio_baseline_batched' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.baseline_unbatched_per_s', baselineName: 'same writes, unbatched', ratio: 'drain.ratio_baseline_unbatched' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.five_jobs_per_s', baselineName: 'five chained BullMQ jobs', ratio: 'drain.ratio_five_jobs' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.noop_jobs_per_s', baselineName: 'no-op BullMQ jobs', ratio: 'drain.ratio_noop_jobs' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain.minimum_cpu_ms', baselineName: 'minimum', ratio: 'drain.cpu_ratio_minimum' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain.plain_job_cpu_ms', baselineName: 'plain job', ratio: 'drain.cpu_ratio_plain_job' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain.baseline_batched_cpu_ms', baselineName: 'same writes, batched', ratio: 'drain.cpu_ratio_baseline_batched' },
  { name: 'intake', figure: 'intake.per_s', unit: 'accepted/s', baseline: 'intake.bare_express_per_s', baselineName: 'bare Express route', ratio: 'intake.ratio_bare_express' },
  { name: 'intake at 300/s, p50', figure: 'intake.p50_ms', unit: 'ms', baseline: 'intake.bare_express_p50_ms', baselineName: 'bare Express route' },
  { name: 'intake at 300/s, p99', figure: 'intake.p99_ms', unit: 'ms', baseline: 'intake.bare_express_p99_ms', baselineName: 'bare Express route' },
  { name: 'end to end at 50/s, p50', figure: 'e2e.p50_ms', unit: 'ms', baseline: 'e2e.inline_p50_ms', baselineName: 'inline', ratio: 'e2e.p50_ratio_inline' },
  { name: 'end to end at 50/s, p99', figure: 'e2e.p99_ms', unit: 'ms', baseline: 'e2e.inline_p99_ms', baselineName: 'inline' },
  { name: 'end to end at 200/s, p50', figure: 'e2e200.p50_ms', unit: 'ms', baseline: 'e2e200.inline_p50_ms', baselineName: 'inline', ratio: 'e2e200.p50_ratio_inline' },
  { name: 'end to end at 200/s, p99', figure: 'e2e200.p99_ms', unit: 'ms', baseline: 'e2e200.inline_p99_ms', baselineName: 'inline' },
];

const heads = ['what', 'figure', 'min … max', 'baseline', 'which', 'ratio', 'min … max', 'target', ''];

/** Formats the figures as a Markdown table with aligned columns. The target of a row is that of its ratio, or of its figure when it has no ratio. */
const rowsTable = (spreads: Record<string, Spread>): string => {
  const lines = rows
    .filter(({ figure, baseline }) => spreads[figure] && (baseline === undefined || spreads[baseline]))
    .map(({ name, figure, unit, baseline, baselineName = '', ratio }) => {
      const [value, below, times] = [spreads[figure]!, baseline && spreads[baseline], ratio && spreads[ratio]];
      const target = targets[ratio ?? figure];
      const result = target ? (isMet(target, (times || value).median) ? 'met' : 'missed') : '';
      return [name, `${short(value.median)} ${unit}`, range(value), below ? short(below.median) : '', baselineName, times ? short(times.median) : '', times ? range(times) : '', target ? textOf(target) : '', result];
    });
  return alignedTable([heads, ...lines]);
};

const loads = { idle: 'idle', at_5: '5/s', at_50: '50/s', at_200: '200/s', flat_out: 'flat out' };

const productFigures: readonly (readonly [name: string, key: string])[] = [
  ['resets/s', 'per_s'],
  ['POST → pending, p50, ms', 'pending_p50_ms'],
  ['POST → pending, p95, ms', 'pending_p95_ms'],
  ['POST → outcome, p50, ms', 'outcome_p50_ms'],
  ['POST → outcome, p95, ms', 'outcome_p95_ms'],
  ['accepted → ended, p50, ms', 'ended_p50_ms'],
  ['accepted → ended, p95, ms', 'ended_p95_ms'],
  ['CPU, ms per reset', 'cpu_ms'],
  ...roles.map((role) => [`- ${role}`, `cpu_ms_${role}`] as const),
  ['CPU of other processes, ms', 'other_cpu_ms'],
];

/** Formats the medians of the product part, one column for each load. Idle CPU is per second. */
const productTable = (spreads: Record<string, Spread>): string => {
  const lines = productFigures.map(([name, key]) => {
    const cells = Object.keys(loads).map((load) => spreads[`product.${load}.${key}`]);
    return [name, ...cells.map((spread) => (spread ? short(spread.median) : ''))];
  });
  return alignedTable([['product', 'idle, per second', ...Object.values(loads).slice(1)], ...lines]);
};

/** Formats the bytes that a reset adds to each collection. */
const storedTable = (spreads: Record<string, Spread>): string => {
  const prefix = 'product.flat_out.stored_bytes_';
  const lines = Object.entries(spreads).flatMap(([key, { median }]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), short(median)]] : []));
  return alignedTable([['collection', 'bytes per reset'], ...lines]);
};

/** Formats all figures of a run. */
export const figuresTable = (spreads: Record<string, Spread>): string => {
  const isProduct = Object.keys(spreads).some((key) => key.startsWith('product.'));
  return [rowsTable(spreads), ...(isProduct ? [productTable(spreads), storedTable(spreads)] : [])].join('\n\n');
};

const short = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

const range = ({ min, max }: Spread): string => `${short(min)} … ${short(max)}`;

export const alignedTable = (lines: readonly string[][]): string => {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)));
  const line = (cells: string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...rest] = lines;
  return [line(head!), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(line)].join('\n');
};
