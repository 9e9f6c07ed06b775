import { duration, relative } from '../page/times.js';
import type { Bar } from './timeline.js';

const lanes = [
  { lane: 'run', label: 'Run', top: 22 },
  { lane: 'undo', label: 'Undo', top: 92 },
] as const;

const laneHeight = 30;
const left = 56;
const gap = 6;
const characterWidth = 6.7;

interface Placed extends Bar {
  x: number;
  waitWidth: number;
  width: number;
}

/** Time is drawn in powers of ten: beside a night of rest a step of milliseconds could not be seen otherwise. */
const widthOf = (ms: number, scale: number): number => scale * Math.log10(1 + ms / 100);

const placed = (bars: readonly Bar[]): Placed[] => {
  let x = left;
  return bars.map((bar) => {
    const waitWidth = bar.waitedMs < 500 ? 0 : Math.round(widthOf(bar.waitedMs, 13));
    const label = bar.named ? bar.step.length * characterWidth + 8 - waitWidth : 0;
    const width = Math.round(Math.max(bar.named ? 30 : 42, label, 26 + widthOf(bar.workedMs, 13)));
    const here = { ...bar, x, waitWidth, width };
    x += waitWidth + width + gap;
    return here;
  });
};

const signs: Record<Bar['outcome'], string> = {
  done: '✓',
  rejected: '✕',
  'canceled': '⏹',
  terminated: '⏹',
  unavailable: '↻',
  failed: '!',
  deferred: '…',
  recorded: '·',
  planned: '…',
  running: '▸',
};

/** Two lanes, one bar for each attempt: pale where the saga lay still, full where it worked. The entries below say the same in words. */
export const Timeline = ({ bars, now }: { bars: readonly Bar[]; now: Date }) => {
  const shown = placed(bars);
  const last = shown.at(-1);
  const width = last ? last.x + last.waitWidth + last.width + 60 : left;
  const used = lanes.filter(({ lane }) => lane === 'run' || bars.some((bar) => bar.lane === lane));
  const height = used.at(-1)!.top + laneHeight + 22;
  return (
    <div class="timeline" role="group" aria-label={inWords(bars)} tabindex={0}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {used.map(({ lane, label, top }) => (
          <g key={lane}>
            <text class="lane-label" x={0} y={top + 20}>
              {label}
            </text>
            <line class="lane-line" x1={left - 8} x2={width} y1={top + laneHeight / 2} y2={top + laneHeight / 2} />
          </g>
        ))}
        {shown.map((bar) => (
          <Attempt key={`${bar.lane}:${bar.step}:${bar.attempt}`} bar={bar} now={now} />
        ))}
      </svg>
    </div>
  );
};

const Attempt = ({ bar, now }: { bar: Placed; now: Date }) => {
  const top = lanes.find(({ lane }) => lane === bar.lane)!.top;
  const from = bar.x + bar.waitWidth;
  const shape = (
    <g class={`attempt ${bar.outcome}`}>
      <title>{titleOf(bar, now)}</title>
      {bar.waitWidth > 0 && <rect class="rest" x={bar.x} y={top + 9} width={bar.waitWidth} height={laneHeight - 18} />}
      <rect class="work" x={from} y={top} width={bar.width} height={laneHeight} rx={4} />
      <text class="sign" x={from + 8} y={top + 20}>
        {bar.attempt > 1 || !bar.named ? `${signs[bar.outcome]} ${bar.attempt}` : signs[bar.outcome]}
      </text>
      {bar.named && (
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
      <text x={from} y={top + laneHeight + 14}>
        {underneath(bar, now)}
      </text>
    </>
  );
};

const underneath = (bar: Placed, now: Date): string => {
  if (bar.outcome === 'running') return 'now';
  if (bar.outcome === 'planned') return relative(bar.at, now);
  return bar.waitWidth > 0 ? duration(bar.waitedMs) : '';
};

const titleOf = (bar: Bar, now: Date): string => {
  const what = `${bar.step}${bar.lane === 'undo' ? ', undo' : ''}, attempt ${bar.attempt}: `;
  if (bar.outcome === 'running') return `${what}running`;
  if (bar.outcome === 'planned') return `${what}planned ${relative(bar.at, now)}`;
  const rested = bar.waitedMs < 500 ? '' : `, after a rest of ${duration(bar.waitedMs)}`;
  return `${what}${bar.outcome}${bar.workedMs > 0 ? `, took ${duration(bar.workedMs)}` : ''}${rested}`;
};

const inWords = (bars: readonly Bar[]): string => {
  const attempts = bars.filter(({ seq }) => seq !== undefined);
  const last = attempts.at(-1);
  return last ? `${attempts.length} attempts; the last: ${last.step} ${last.lane === 'undo' ? 'undo ' : ''}${last.outcome}` : 'Nothing has been attempted yet';
};
