import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spread } from './rounds.js';

interface Row {
  name: string;
  figure: string;
  unit: string;
  baseline?: string;
  baselineName?: string;
  ratio?: string;
  target?: string;
  /** Returns whether the median ratio meets the target. */
  isMet?: (ratio: number) => boolean;
}

const rows: readonly Row[] = [
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.baseline_batched_per_s', baselineName: 'same writes, batched', ratio: 'drain.ratio_baseline_batched', target: '≥ 0.75', isMet: (r) => r >= 0.75 },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.baseline_unbatched_per_s', baselineName: 'same writes, unbatched', ratio: 'drain.ratio_baseline_unbatched' },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.five_jobs_per_s', baselineName: 'five chained BullMQ jobs', ratio: 'drain.ratio_five_jobs', target: '≥ 4', isMet: (r) => r >= 4 },
  { name: 'drain', figure: 'drain.sagas_per_s', unit: 'sagas/s', baseline: 'drain.noop_jobs_per_s', baselineName: 'no-op BullMQ jobs', ratio: 'drain.ratio_noop_jobs' },
  { name: 'drain, CPU', figure: 'drain.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain.baseline_batched_cpu_ms', baselineName: 'same writes, batched', ratio: 'drain.cpu_ratio_baseline_batched', target: '≤ 1.5', isMet: (r) => r <= 1.5 },
  { name: 'drain of 20,000', figure: 'drain20k.sagas_per_s', unit: 'sagas/s', baseline: 'drain20k.baseline_batched_per_s', baselineName: 'same writes, batched', ratio: 'drain20k.ratio_baseline_batched', target: '≥ 0.75', isMet: (r) => r >= 0.75 },
  { name: 'drain of 20,000, CPU', figure: 'drain20k.cpu_ms_per_saga', unit: 'ms/saga', baseline: 'drain20k.baseline_batched_cpu_ms', baselineName: 'same writes, batched', ratio: 'drain20k.cpu_ratio_baseline_batched', target: '≤ 1.5', isMet: (r) => r <= 1.5 },
  { name: 'intake', figure: 'intake.per_s', unit: 'accepted/s', baseline: 'intake.bare_express_per_s', baselineName: 'bare Express route', ratio: 'intake.ratio_bare_express', target: '≥ 0.3', isMet: (r) => r >= 0.3 },
  { name: 'intake at 300/s, p50', figure: 'intake.p50_ms', unit: 'ms', baseline: 'intake.bare_express_p50_ms', baselineName: 'bare Express route' },
  { name: 'intake at 300/s, p99', figure: 'intake.p99_ms', unit: 'ms', baseline: 'intake.bare_express_p99_ms', baselineName: 'bare Express route' },
  { name: 'end to end at 50/s, p50', figure: 'e2e.p50_ms', unit: 'ms', baseline: 'e2e.inline_p50_ms', baselineName: 'inline', ratio: 'e2e.p50_ratio_inline', target: '≤ 1.25', isMet: (r) => r <= 1.25 },
  { name: 'end to end at 50/s, p99', figure: 'e2e.p99_ms', unit: 'ms', baseline: 'e2e.inline_p99_ms', baselineName: 'inline' },
  { name: 'end to end at 200/s, p50', figure: 'e2e200.p50_ms', unit: 'ms', baseline: 'e2e200.inline_p50_ms', baselineName: 'inline', ratio: 'e2e200.p50_ratio_inline' },
  { name: 'end to end at 200/s, p99', figure: 'e2e200.p99_ms', unit: 'ms', baseline: 'e2e200.inline_p99_ms', baselineName: 'inline' },
];

const heads = ['what', 'figure', 'min … max', 'baseline', 'which', 'ratio', 'min … max', 'target', ''];

/** Formats the figures as a Markdown table with aligned columns. */
export const figuresTable = (spreads: Record<string, Spread>): string => {
  const lines = rows
    .filter(({ figure, baseline }) => spreads[figure] && (baseline === undefined || spreads[baseline]))
    .map(({ name, figure, unit, baseline, baselineName = '', ratio, target = '', isMet }) => {
      const [value, below, times] = [spreads[figure]!, baseline && spreads[baseline], ratio && spreads[ratio]];
      const result = isMet && times ? (isMet(times.median) ? 'met' : 'missed') : '';
      return [name, `${short(value.median)} ${unit}`, range(value), below ? short(below.median) : '', baselineName, times ? short(times.median) : '', times ? range(times) : '', target, result];
    });
  return alignedTable([heads, ...lines]);
};

const short = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

const range = ({ min, max }: Spread): string => `${short(min)} … ${short(max)}`;

export const alignedTable = (lines: readonly string[][]): string => {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)));
  const line = (cells: string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...rest] = lines;
  return [line(head!), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(line)].join('\n');
};

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const shown = 40;

/** Returns the path of a file within its package. */
const place = (url: string): string => url.replace(/^.*node_modules\//, '').replace(/^file:\/\/.*?\/(apps|libs)\//, '$1/');

/** Formats the self time of packages and functions from the CPU profiles in a folder. Idle time is left out. */
export const profileTable = async (folder: string): Promise<string> => {
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let all = 0;
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.cpuprofile')) continue;
    const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile;
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, index) => {
      const { functionName, url, lineNumber } = frames.get(id)!;
      const spent = timeDeltas[index]!;
      if (functionName === '(idle)' || functionName === '(program)') return;
      all += spent;
      const where = place(url);
      const name = `${functionName || '(anonymous)'} ${where}:${lineNumber + 1}`;
      functions.set(name, (functions.get(name) ?? 0) + spent);
      const [first = '', second = ''] = (where || functionName).split('/');
      const owner = first.startsWith('@') || first === 'libs' || first === 'apps' ? `${first}/${second}` : first;
      packages.set(owner, (packages.get(owner) ?? 0) + spent);
    });
  }
  const top = (of: Map<string, number>, head: string): string => {
    const lines = [...of].sort(([, a], [, b]) => b - a).slice(0, shown);
    return alignedTable([[head, '% of busy time'], ...lines.map(([name, spent]) => [name, ((100 * spent) / all).toFixed(1)])]);
  };
  return `${top(packages, 'package')}\n\n${top(functions, 'function')}`;
};
