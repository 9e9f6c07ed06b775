import type { Spread } from './rounds.js';

interface Row {
  name: string;
  figure: string;
  unit: string;
  baseline?: string;
  floorIs?: string;
  ratio?: string;
  target?: string;
  /** Whether the median ratio meets the target. */
  met?: (ratio: number) => boolean;
}

const rows: readonly Row[] = [
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.floor_batched_per_s', floorIs: 'the same writes batched', ratio: 'drain.ratio_floor_batched', target: '≥ 0.75', met: (r) => r >= 0.75 },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.floor_unbatched_per_s', floorIs: 'the same writes one by one', ratio: 'drain.ratio_floor_unbatched' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.five_jobs_per_s', floorIs: 'five chained BullMQ jobs', ratio: 'drain.ratio_five_jobs', target: '≥ 4', met: (r) => r >= 4 },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.noop_jobs_per_s', floorIs: 'BullMQ jobs that do nothing', ratio: 'drain.ratio_noop_jobs' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain.floor_batched_cpu_ms', floorIs: 'the same writes batched', ratio: 'drain.cpu_ratio_floor_batched', target: '≤ 1.5', met: (r) => r <= 1.5 },
  { name: 'drain of 20,000', figure: 'drain20k.sagas_per_s', unit: 'sagas/s', baseline: 'drain20k.floor_batched_per_s', floorIs: 'the same writes batched', ratio: 'drain20k.ratio_floor_batched', target: '≥ 0.75', met: (r) => r >= 0.75 },
  { name: 'drain of 20,000, CPU', figure: 'drain20k.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain20k.floor_batched_cpu_ms', floorIs: 'the same writes batched', ratio: 'drain20k.cpu_ratio_floor_batched', target: '≤ 1.5', met: (r) => r <= 1.5 },
  { name: 'intake', figure: 'intake.per_s', unit: 'accepted/s', baseline: 'intake.bare_express_per_s', floorIs: 'a bare Express route', ratio: 'intake.ratio_bare_express', target: '≥ 0.3', met: (r) => r >= 0.3 },
  { name: 'intake at 300/s, p50', figure: 'intake.p50_ms', unit: 'ms', baseline: 'intake.bare_express_p50_ms', floorIs: 'a bare Express route' },
  { name: 'intake at 300/s, p99', figure: 'intake.p99_ms', unit: 'ms', baseline: 'intake.bare_express_p99_ms', floorIs: 'a bare Express route' },
  { name: 'end to end at 50/s, p50', figure: 'e2e.p50_ms', unit: 'ms', baseline: 'e2e.inline_p50_ms', floorIs: 'the same inline', ratio: 'e2e.p50_ratio_inline', target: '≤ 1.25', met: (r) => r <= 1.25 },
  { name: 'end to end at 50/s, p99', figure: 'e2e.p99_ms', unit: 'ms', baseline: 'e2e.inline_p99_ms', floorIs: 'the same inline' },
  { name: 'end to end at 200/s, p50', figure: 'e2e200.p50_ms', unit: 'ms', baseline: 'e2e200.inline_p50_ms', floorIs: 'the same inline', ratio: 'e2e200.p50_ratio_inline' },
  { name: 'end to end at 200/s, p99', figure: 'e2e200.p99_ms', unit: 'ms', baseline: 'e2e200.inline_p99_ms', floorIs: 'the same inline' },
];

const heads = ['what', 'figure', 'min … max', 'floor', 'which', 'ratio', 'min … max', 'target', ''];

/** The figures as a Markdown table, which is also fit to be read in a terminal. */
export const table = (spreads: Record<string, Spread>): string => {
  const lines = rows
    .filter(({ figure, baseline }) => spreads[figure] && (baseline === undefined || spreads[baseline]))
    .map(({ name, figure, unit, baseline, floorIs = '', ratio, target = '', met }) => {
      const [value, below, times] = [spreads[figure]!, baseline && spreads[baseline], ratio && spreads[ratio]];
      const finalOutcome = met && times ? (met(times.median) ? 'met' : 'missed') : '';
      return [name, `${short(value.median)} ${unit}`, range(value), below ? short(below.median) : '', floorIs, times ? short(times.median) : '', times ? range(times) : '', target, finalOutcome];
    });
  return aligned([heads, ...lines]);
};

const short = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

const range = ({ min, max }: Spread): string => `${short(min)} … ${short(max)}`;

export const aligned = (lines: readonly string[][]): string => {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)));
  const line = (cells: string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...rest] = lines;
  return [line(head!), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(line)].join('\n');
};
