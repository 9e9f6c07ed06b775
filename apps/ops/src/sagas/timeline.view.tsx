import { plural } from '../page/counts.js';
import { duration, relative } from '../page/times.js';
import type { Bar } from './timeline.js';

const rows = [
  { direction: 'run', label: 'Run', top: 22 },
  { direction: 'undo', label: 'Undo', top: 92 },
] as const;

const rowHeight = 30;
const left = 56;
const gap = 6;
const characterWidth = 6.7;

interface PlacedBar extends Bar {
  x: number;
  waitWidth: number;
  width: number;
}

/** Returns a width on a logarithmic scale, so that a step of milliseconds is visible beside a delay of hours. */
const widthOf = (ms: number, scale: number): number => scale * Math.log10(1 + ms / 100);

const placeBars = (bars: readonly Bar[]): PlacedBar[] => {
  let x = left;
  return bars.map((bar) => {
    const waitWidth = bar.waitedMs < 500 ? 0 : Math.round(widthOf(bar.waitedMs, 13));
    const label = bar.isNamed ? bar.step.length * characterWidth + 8 - waitWidth : 0;
    const width = Math.round(Math.max(bar.isNamed ? 30 : 42, label, 26 + widthOf(bar.workedMs, 13)));
    const placed = { ...bar, x, waitWidth, width };
    x += waitWidth + width + gap;
    return placed;
  });
};

const signs: Record<Bar['outcome'], string> = {
  done: '✓',
  rejected: '✕',
  canceled: '⏹',
  terminated: '⏹',
  unavailable: '↻',
  failed: '!',
  deferred: '…',
  recorded: '·',
  planned: '…',
  running: '▸',
  expires: '⌛',
};

/** Shows one bar for each attempt, in a row for each direction: light while waiting, solid for the attempt. */
export const Timeline = ({ bars, now }: { bars: readonly Bar[]; now: Date }) => {
  const shown = placeBars(bars);
  const last = shown.at(-1);
  const width = last ? last.x + last.waitWidth + last.width + 60 : left;
  const usedRows = rows.filter(({ direction }) => direction === 'run' || bars.some((bar) => bar.direction === direction));
  const height = usedRows.at(-1)!.top + rowHeight + 22;
  return (
    <div class="timeline" role="group" aria-label={describe(bars)} tabindex={0}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {usedRows.map(({ direction, label, top }) => (
          <g key={direction}>
            <text class="direction-label" x={0} y={top + 20}>
              {label}
            </text>
            <line class="direction-line" x1={left - 8} x2={width} y1={top + rowHeight / 2} y2={top + rowHeight / 2} />
          </g>
        ))}
        {shown.map((bar) => (
          <Attempt key={bar.seq ?? 'next'} bar={bar} now={now} />
        ))}
      </svg>
    </div>
  );
};

const Attempt = ({ bar, now }: { bar: PlacedBar; now: Date }) => {
  const top = rows.find(({ direction }) => direction === bar.direction)!.top;
  const from = bar.x + bar.waitWidth;
  const shape = (
    <g class={`attempt ${bar.outcome}`}>
      <title>{titleOf(bar, now)}</title>
      {bar.waitWidth > 0 && <rect class="wait" x={bar.x} y={top + 9} width={bar.waitWidth} height={rowHeight - 18} />}
      <rect class="work" x={from} y={top} width={bar.width} height={rowHeight} rx={4} />
      <text class="sign" x={from + 8} y={top + 20}>
        {bar.attempt !== undefined && bar.attempt > 1 ? `${signs[bar.outcome]} ${bar.attempt}` : signs[bar.outcome]}
      </text>
      {bar.isNamed && (
        <text class="step-name" x={bar.x} y={top - 7}>
          {bar.step}
        </text>
      )}
    </g>
  );
  return (
    <>
      {bar.seq === undefined ? (
        shape
      ) : (
        <a href={`#entry-${bar.seq}`} aria-label={titleOf(bar, now)}>
          {shape}
        </a>
      )}
      <text x={from} y={top + rowHeight + 14}>
        {caption(bar, now)}
      </text>
    </>
  );
};

const caption = (bar: PlacedBar, now: Date): string => {
  if (bar.outcome === 'running') return 'now';
  if (bar.outcome === 'planned' || bar.outcome === 'expires') return relative(bar.at, now);
  return bar.waitWidth > 0 ? duration(bar.waitedMs) : '';
};

const titleOf = (bar: Bar, now: Date): string => {
  const attempt = `${bar.step}${bar.direction === 'undo' ? ', undo' : ''}${bar.attempt === undefined ? '' : `, attempt ${bar.attempt}`}: `;
  if (bar.outcome === 'expires') return `${attempt}expires ${relative(bar.at, now)}`;
  if (bar.outcome === 'running') return `${attempt}running`;
  if (bar.outcome === 'planned') return `${attempt}scheduled ${relative(bar.at, now)}`;
  const waited = bar.waitedMs < 500 ? '' : `, after waiting ${duration(bar.waitedMs)}`;
  return `${attempt}${bar.outcome}${bar.workedMs > 0 ? ` in ${duration(bar.workedMs)}` : ''}${waited}`;
};

const describe = (bars: readonly Bar[]): string => {
  const past = bars.filter(({ seq }) => seq !== undefined);
  const last = past.at(-1);
  return last ? `${plural(past.filter(({ attempt }) => attempt !== undefined).length, 'attempt')}, last: ${last.step} ${last.direction === 'undo' ? 'undo ' : ''}${last.outcome}` : 'No attempts found';
};
